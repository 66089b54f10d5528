import type { ParsedMail } from 'mailparser';

export interface Refusal {
  code: number;
  message: string;
}

export interface Mailbox {
  readonly port: number;
  readonly messages: ParsedMail[];
  waitFor(count: number, timeout?: number): Promise<ParsedMail[]>;
  stop(): Promise<void>;
}

export function startMailbox(options?: {
  port?: number;
  refuse?: () => Refusal | null;
  /** What happens after a mail has come in whole. */
  fault?: () => 'hang' | 'drop' | Refusal | null;
}): Promise<Mailbox>;

export function startMailboxPage(
  mailbox: Mailbox,
  port?: number,
): Promise<{ port: number; stop(): Promise<void> }>;
