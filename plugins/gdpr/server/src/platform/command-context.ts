import type { Core } from '@strapi/types';

/** Shows how far long work is: a bar on a terminal, a line now and then elsewhere. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

/** What a command of `strapi-gdpr` gets to work with. */
export interface CommandContext {
  /** Loads the Strapi project in the current folder; nothing listens. Commands that need no database do not call it. */
  strapi(): Promise<Core.Strapi>;
  /** A line of the command's answer, on standard output. */
  print(line: string): void;
  /** A remark that is not part of the answer, on standard error. */
  note(line: string): void;
  /** A progress bar on standard error. */
  progress(title: string): Progress;
  /** Asks for a yes before something is destroyed; `--yes` answers it. Without a terminal the answer is no. */
  confirm(question: string): Promise<boolean>;
}
