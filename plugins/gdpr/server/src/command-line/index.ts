import { Command, CommanderError } from 'commander';

import { GdprError } from '../platform/errors';
import { runAs } from '../platform/unit-of-work';
import { rooms } from '../rooms';

import { createContext } from './context';

/** What a shell is told: 0 done, 1 the command found something wrong or failed, 2 it was called wrongly. */
export type ExitCode = 0 | 1 | 2;

/**
 * The command line `strapi-gdpr`: each room adds its commands. Run in the folder of a Strapi project; commands that
 * verify files need none.
 *
 * @param args what stands behind `strapi-gdpr`
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const session = createContext();
  const program = new Command('strapi-gdpr')
    .description('Keys, sealing, audit and data subjects of strapi-plugin-gdpr-crm')
    .option('--yes', 'answer every question with yes')
    .exitOverride()
    .showHelpAfterError('(strapi-gdpr --help lists the commands)');
  for (const room of rooms) room.commands?.(program, session.context);
  // What a command does is the command's: the audit trail names it as it was called.
  const unit = { kind: 'command' as const, name: program.name() };
  program.hook('preAction', (_program, command) => {
    unit.name = nameOf(command);
  });
  try {
    await runAs(unit, () => program.parseAsync(args, { from: 'user' }));
    return process.exitCode === 1 ? 1 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  } finally {
    await session.close();
  }
}

/** `keys rotate`, without the program's own name. */
function nameOf(command: Command): string {
  const { parent } = command;
  if (parent === null) return command.name();
  return parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** A sentence of ours as it is; of anything else only what cannot repeat data. */
function sentenceOf(error: unknown): string {
  if (error instanceof GdprError) return error.message;
  if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) return error.stack ?? error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `${message} (LOG_LEVEL=debug shows where)`;
}
