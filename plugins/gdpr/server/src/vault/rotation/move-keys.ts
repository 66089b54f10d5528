import type { Core } from '@strapi/types';

import { inWriteTransaction, lockRows, tables } from '../../platform/database/connection';
import { GdprError } from '../../platform/errors';
import type { RunKind, RunStep } from '../../platform/runs';

import { type KeyRow, type KeyStore, MovingKeyStore } from '../key-store';
import { DATA_KEYS } from '../tables';
import type { Vault } from '../vault';

export const MOVE_KEYS = 'move-keys';
const BATCH = 500;

/**
 * Moves all keys from the main database to the store of their own. A key is copied, and the copy committed, before it
 * is deleted: at every moment it is in at least one of the two, and nodes look in both (moving-key-store.ts). A batch
 * holds its rows locked, so that a key which is destroyed meanwhile is destroyed in the copy, too.
 *
 * The system keys come first: where they are is where new keys go.
 */
export function moveKeys(strapi: Core.Strapi, vault: Vault): RunKind {
  return {
    name: MOVE_KEYS,

    async total() {
      if (vault.keyStore.isSeparate) return 0;
      const { main } = movingStore(vault.keyStore);
      const from = await tables(strapi);
      const row = (await from(DATA_KEYS).count({ number: '*' }).first()) as
        { number: number | string } | undefined;
      return (await main.systemKeys()).length + Number(row?.number ?? 0);
    },

    async step(_target, cursor): Promise<RunStep> {
      // Another process has finished what this run began.
      if (vault.keyStore.isSeparate) return { cursor: null, done: 0 };
      const { main, own } = movingStore(vault.keyStore);
      if (cursor === null) {
        const rows = await main.systemKeys();
        for (const row of rows) await own.insertSystemKey(row);
        return { cursor: 'keys', done: rows.length };
      }
      const done = await moveBatch(strapi, own);
      if (done > 0) return { cursor, done };
      for (const { name } of await main.systemKeys()) await main.deleteSystemKey(name);
      await vault.reportKeyOperation({ operation: 'keys-moved', detail: { store: own.description } });
      return { cursor: null, done: 0 };
    },
  };
}

async function moveBatch(strapi: Core.Strapi, own: KeyStore): Promise<number> {
  return inWriteTransaction(strapi, async () => {
    const from = await tables(strapi);
    const rows = (await lockRows(strapi, from(DATA_KEYS).select('*').orderBy('id').limit(BATCH))) as KeyRow[];
    if (rows.length === 0) return 0;
    await own.adopt(rows);
    await from(DATA_KEYS)
      .whereIn(
        'id',
        rows.map(({ id }) => id),
      )
      .delete();
    return rows.length;
  });
}

function movingStore(store: KeyStore): MovingKeyStore {
  if (store instanceof MovingKeyStore) return store;
  throw new GdprError(
    'command-refused',
    `There is nothing to move: all keys are in ${store.description}. To move them out of the main database, configure ` +
      'keyStore.connection (GDPR_KEY_STORE_CLIENT and so on) first.',
  );
}
