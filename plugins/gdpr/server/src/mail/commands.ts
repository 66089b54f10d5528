import type { Command } from 'commander';

import type { CommandContext } from '../platform/command-context';
import { runAs } from '../platform/unit-of-work';

import { workThroughMailbox } from './feedback/mailbox-job';

/** `strapi-gdpr mail feedback`. */
export function mailCommands(program: Command, context: CommandContext): void {
  program
    .command('mail')
    .description('What comes back about mails')
    .command('feedback')
    .description('work through the bounces and complaints of a mailbox file (mbox), from where it was left')
    .requiredOption('--mbox <file>', 'the mailbox file')
    .action(async ({ mbox }: { readonly mbox: string }) => {
      const strapi = await context.strapi();
      const { mails, applied } = await runAs({ kind: 'command', name: 'mail feedback' }, () =>
        workThroughMailbox(strapi, mbox),
      );
      context.print(
        `${String(mails)} mails read, ${String(applied)} of them reports that changed something.`,
      );
    });
}
