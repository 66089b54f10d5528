import type { ParsedMail } from 'mailparser';

export interface Mailbox {
  readonly port: number;
  readonly messages: ParsedMail[];
  waitFor(count: number, timeout?: number): Promise<ParsedMail[]>;
  stop(): Promise<void>;
}

export function startMailbox(options?: {
  port?: number;
  refuse?: () => { code: number; message: string } | null;
}): Promise<Mailbox>;

export function startMailboxPage(
  mailbox: Mailbox,
  port?: number,
): Promise<{ port: number; stop(): Promise<void> }>;
