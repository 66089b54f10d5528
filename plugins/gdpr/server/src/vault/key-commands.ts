import { randomBytes } from 'node:crypto';

import type { Core } from '@strapi/types';
import type { Command } from 'commander';

import type { CommandContext } from '../platform/command-context';
import { dialectOf } from '../platform/database/dialect';
import { GdprError } from '../platform/errors';
import { runsOf, type RunStatus } from '../platform/runs';

import { type KeyStore, MovingKeyStore } from './key-store';
import { statusOfKeys } from './key-status';
import { MOVE_KEYS } from './rotation/move-keys';
import { REBUILD_INDEX } from './rotation/rebuild-index';
import { REWRAP_KEYS } from './rotation/rewrap-keys';
import { hasNoKey, ROTATE_DATA_KEY } from './rotation/rotate-data-key';
import { ROTATE_INDEX_KEY } from './rotation/rotate-index-key';
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
    .command('move')
    .description('move the keys from the main database to the key store of their own')
    .action(async () => {
      const strapi = await context.strapi();
      await moveAll(strapi, context, vaultOf(strapi));
    });

  keys
    .command('reindex')
    .description('put into the blind index what is missing there, for example after an import')
    .argument('[uid]', 'only this type, for example plugin::gdpr.contact')
    .action(async (uid = '') => {
      const strapi = await context.strapi();
      const { done } = await follow(strapi, context, 'Rebuilding the index', REBUILD_INDEX, String(uid));
      context.print(`${String(done)} records were looked through; what was missing of them is in the index.`);
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
      if (index === true) await rotateIndex(strapi, context, vault);
      else if (subject !== undefined) await rotateSubjectKey(strapi, context, vault, subject);
      else await rotateKeyEncryptionKey(strapi, context, vault);
    });
}

async function moveAll(strapi: Core.Strapi, context: CommandContext, vault: Vault): Promise<void> {
  const { done } = await follow(strapi, context, 'Moving keys', MOVE_KEYS, '');
  const clean = {
    sqlite: 'VACUUM',
    postgres: 'VACUUM FULL gdpr_data_keys, gdpr_system_keys',
    mysql: 'OPTIMIZE TABLE gdpr_data_keys, gdpr_system_keys',
  }[dialectOf(strapi)];
  context.print(
    `All keys are in ${ownStore(vault.keyStore).description}, and none in the main database (moved: ${String(done)}).`,
  );
  context.print(
    `Its files may still hold the bytes of the old rows until you run \`${clean};\` there; backups from before today hold the keys.`,
  );
}

function ownStore(store: KeyStore): KeyStore {
  return store instanceof MovingKeyStore ? store.own : store;
}

async function rotateKeyEncryptionKey(
  strapi: Core.Strapi,
  context: CommandContext,
  vault: Vault,
): Promise<void> {
  if (vault.keyStore instanceof MovingKeyStore) {
    throw new GdprError(
      'key-rotation-refused',
      'Some keys are still in the main database: run `strapi-gdpr keys move` first, then rotate.',
    );
  }
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

async function rotateIndex(strapi: Core.Strapi, context: CommandContext, vault: Vault): Promise<void> {
  const { state } = await vault.index.generations.current();
  // A rotation that was interrupted is finished before another begins.
  const next = state.building ?? (await unfinishedRotation(strapi)) ?? state.serving + 1;
  const { done } = await follow(strapi, context, 'Indexing under a new key', ROTATE_INDEX_KEY, String(next));
  context.print(
    `${String(done)} records are indexed under a new key, blind-index-${String(next)}; the tokens and the key before are deleted.`,
  );
}

async function unfinishedRotation(strapi: Core.Strapi): Promise<number | null> {
  const run = (await runsOf(strapi).all()).find(
    ({ kind, state }) => kind === ROTATE_INDEX_KEY && state !== 'finished',
  );
  return run === undefined ? null : Number(run.target);
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
