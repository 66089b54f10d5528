import { createHash } from 'node:crypto';

import type { Core } from '@strapi/types';

import { raw, tables } from '../../platform/database/connection';
import { createTable } from '../../platform/database/create-table';
import { dialectOf } from '../../platform/database/dialect';

/** Locks are shared out over so many rows; two data subjects on one row only wait for each other. */
const STRIPES = 256;
const KEY_LOCKS = 'gdpr_key_locks';
/** The first half of the advisory lock's number; the second is the stripe. Chosen once, at random. */
const ADVISORY_CLASS = 1_936_224_117;

/**
 * With keys in a store of their own, a lock on the key's row says nothing about the main database's transactions. These
 * locks are in the main database: whoever seals under a subject's key holds the shared one until the commit, and the
 * rotation of that key takes the other before it destroys the old one.
 */
export async function createKeyLocks(strapi: Core.Strapi): Promise<void> {
  if (dialectOf(strapi) !== 'mysql') return;
  await createTable(strapi, KEY_LOCKS, (table) => {
    table.integer('stripe').notNullable().primary();
  });
  const from = await tables(strapi);
  const rows = Array.from({ length: STRIPES }, (_, stripe) => ({ stripe }));
  await from(KEY_LOCKS).insert(rows).onConflict('stripe').ignore();
}

/** Keeps the subject's keys from being destroyed by a rotation until the current transaction ends. */
export async function holdSubject(strapi: Core.Strapi, subject: string): Promise<void> {
  if (strapi.db.inTransaction()) await take(strapi, subject, 'shared');
}

/** Waits for everybody who holds the subject, and lets nobody take it until the current transaction ends. */
export async function lockSubject(strapi: Core.Strapi, subject: string): Promise<void> {
  await take(strapi, subject, 'exclusive');
}

async function take(strapi: Core.Strapi, subject: string, mode: 'shared' | 'exclusive'): Promise<void> {
  const stripe = createHash('sha256').update(subject).digest().readUInt16BE(0) % STRIPES;
  switch (dialectOf(strapi)) {
    case 'postgres': {
      const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
      await raw(strapi, `SELECT ${lock}(?, ?)`, [ADVISORY_CLASS, stripe]);
      return;
    }
    case 'mysql': {
      const query = (await tables(strapi))(KEY_LOCKS).select('stripe').where({ stripe });
      await (mode === 'shared' ? query.forShare() : query.forUpdate());
      return;
    }
    case 'sqlite':
      // The first write takes SQLite's one lock, and everything this transaction reads afterwards is the latest.
      await raw(strapi, 'DELETE FROM gdpr_data_keys WHERE 1 = 0', []);
  }
}
