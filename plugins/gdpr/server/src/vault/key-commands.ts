import { randomBytes } from 'node:crypto';

import type { Core } from '@strapi/types';
import type { Command } from 'commander';

import type { CommandContext } from '../platform/command-context';
import { GdprError } from '../platform/errors';
import { runsOf, type RunStatus } from '../platform/runs';

import { statusOfKeys } from './key-status';
import { REWRAP_KEYS } from './rotation/rewrap-keys';
import { hasNoKey, ROTATE_DATA_KEY } from './rotation/rotate-data-key';
import type { Vault } from './vault';

type VaultOf = (strapi: Core.Strapi) => Vault;

/** `strapi-gdpr keys …` */
export function addKeyCommands(program: Command, context: CommandContext, vaultOf: VaultOf): void {
  const keys = program.command('keys').description('The key-encryption key, data keys and the index key');

  keys
    .command('generate')
    .description('print a fresh key-encryption key for GDPR_MASTER_KEY')
    .action(() => context.print(randomBytes(32).toString('base64')));

  keys
    .command('status')
    .description('which keys wrap what, and what is under way')
    .option('--json', 'as one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const strapi = await context.strapi();
      const status = await statusOfKeys(strapi, vaultOf(strapi));
      if (json === true) context.print(JSON.stringify(status.values, null, 2));
      else for (const line of status.lines) context.print(line);
    });

  keys
    .command('rotate')
    .description(
      'wrap all keys under the current key-encryption key, or give a data subject or the index a new key',
    )
    .option('--subject <documentId>', 'a new data key for this data subject')
    .option('--index', 'a new key for the blind index')
    .action(async ({ subject, index }: { subject?: string; index?: boolean }) => {
      if (subject !== undefined && index === true) {
        throw new GdprError('command-refused', 'Either --subject or --index: one rotation at a time.');
      }
      const strapi = await context.strapi();
      const vault = vaultOf(strapi);
      if (subject !== undefined) await rotateSubjectKey(strapi, context, vault, subject);
      else await rotateKeyEncryptionKey(strapi, context, vault);
    });
}

async function rotateKeyEncryptionKey(
  strapi: Core.Strapi,
  context: CommandContext,
  vault: Vault,
): Promise<void> {
  const target = vault.ring.currentKeyId;
  const { done } = await follow(strapi, context, 'Wrapping keys', REWRAP_KEYS, target);
  const left = await vault.keyStore.countWrappedElsewhere(target);
  context.print(`${String(done)} keys were wrapped anew; the key-encryption key is ${target}.`);
  if (left > 0) {
    process.exitCode = 1;
    context.print(
      `${String(left)} keys could not be unwrapped and are as they were: keep the previous key, and restore their rows from a backup.`,
    );
    return;
  }
  context.print(
    'Every key is wrapped under it. GDPR_MASTER_KEY_PREVIOUS (or GDPR_MASTER_KEY_PREVIOUS_FILE) may be removed from ' +
      'all nodes; backups from before today need the previous key for as long as you keep them.',
  );
}

async function rotateSubjectKey(
  strapi: Core.Strapi,
  context: CommandContext,
  vault: Vault,
  subject: string,
): Promise<void> {
  if ((await vault.keyStore.keysOf(subject)).length === 0) throw hasNoKey(subject);
  const { done } = await follow(strapi, context, 'Sealing records anew', ROTATE_DATA_KEY, subject);
  const kept = (await vault.keyStore.keysOf(subject)).length - 1;
  context.print(`${String(done)} records of ${subject} are sealed under a new key.`);
  context.print(
    kept === 0
      ? 'The old key is destroyed; copies of records in backups open only together with a backup of the key store.'
      : `${String(kept)} old keys are kept: something that may not be changed is sealed under them.`,
  );
}

/**
 * Works on a run to its end, showing how far it is.
 *
 * @throws GdprError with the sentence of a run that failed
 */
export async function follow(
  strapi: Core.Strapi,
  context: CommandContext,
  title: string,
  kind: string,
  target: string,
): Promise<RunStatus> {
  const progress = context.progress(title);
  try {
    const status = await runsOf(strapi).complete(kind, target, ({ done, total }) =>
      progress.update(done, total),
    );
    if (status.state === 'failed') {
      throw new GdprError('key-rotation-refused', status.error ?? `The run ${kind} failed; run it again.`);
    }
    return status;
  } finally {
    progress.stop();
  }
}
