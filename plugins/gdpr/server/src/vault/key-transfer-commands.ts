import type { Core } from '@strapi/types';
import type { Command } from 'commander';

import type { CommandContext } from '../platform/command-context';
import { runsOf, type RunStatus } from '../platform/runs';

import { exportKeys, type ImportedKeys, importKeys } from './key-transfer';
import { REBUILD_INDEX } from './rotation/rebuild-index';
import type { Vault } from './vault';

/** Data keys from one installation to another, for code; `strapi-gdpr keys export|import` is the same for a shell. */
export interface KeyTransfer {
  /** Writes the wrapped keys to a new file. @returns how many there are */
  exportTo(file: string): Promise<number>;
  /** Takes the keys of a file, and brings the records under them into the index. */
  importFrom(file: string, onProgress?: (uid: string, status: RunStatus) => void): Promise<ImportedKeys>;
}

export function keyTransfer(strapi: Core.Strapi, vault: Vault): KeyTransfer {
  return {
    exportTo: (file) => exportKeys(vault, file),
    async importFrom(file, onProgress) {
      const imported = await importKeys(strapi, vault, file);
      for (const { uid } of vault.types.all())
        await runsOf(strapi).complete(REBUILD_INDEX, uid, (status) => onProgress?.(uid, status));
      return imported;
    },
  };
}

/** Adds `keys export` and `keys import`. */
export function addKeyTransferCommands(
  program: Command,
  context: CommandContext,
  transferOf: (strapi: Core.Strapi) => KeyTransfer,
): void {
  const keys =
    program.commands.find((command) => command.name() === 'keys') ??
    program.command('keys').description('Data keys');

  keys
    .command('export')
    .description('write the wrapped data keys to a file, to go beside an archive of "strapi export"')
    .requiredOption('--out <file>', 'a file that does not exist yet')
    .action(async ({ out }: { out: string }) => {
      const count = await transferOf(await context.strapi()).exportTo(out);
      context.print(`${String(count)} wrapped keys are in ${out}.`);
      context.note(
        'It is a backup of keys: erasing a person does not reach it. Delete it once it is imported.',
      );
    });

  keys
    .command('import <file>')
    .description(
      'take the keys of a file into this installation and bring the records under them into the index',
    )
    .action(async (file: string) => {
      const progress = context.progress('Indexing');
      const { added, known, destroyed } = await transferOf(await context.strapi()).importFrom(
        file,
        (_uid, { done, total }) => progress.update(done, total),
      );
      progress.stop();
      context.print(
        `${String(added)} keys added, ${String(known)} known before, ${String(destroyed)} destroyed as in the file.`,
      );
    });
}
