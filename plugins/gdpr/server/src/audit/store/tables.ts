import type { Core } from '@strapi/types';

import { installAppendOnlyGuard } from '../../platform/database/append-only';
import { tables } from '../../platform/database/connection';
import { createTable } from '../../platform/database/create-table';
import { dialectOf } from '../../platform/database/dialect';
import { TILE_WIDTH } from '../log/tile-tree';

/** Entries that wait for the sealer, in no order that means anything. */
export const QUEUE = 'gdpr_audit_queue';
/** The log: entry n is leaf n of the tree. */
export const LOG = 'gdpr_audit_log';
/** Hashes of the tree, 256 side by side. */
export const TILES = 'gdpr_audit_tiles';
export const CHECKPOINTS = 'gdpr_audit_checkpoints';
/** The public keys that signed or sign checkpoints. */
export const VERIFIERS = 'gdpr_audit_verifiers';
/** What the bits of attribute sets stand for. */
export const SCHEMAS = 'gdpr_audit_schemas';
/** What the entries of a tile speak of, so that a search can pass it by. Derived; no evidence. */
export const SEGMENTS = 'gdpr_audit_segments';
/** Which document and data subject a row id is or was. Derived; no evidence. */
export const RECORDS = 'gdpr_audit_records';
/** What each witness has been given. */
export const WITNESSES = 'gdpr_audit_witnesses';
/** One row, which the sealer writes first in its transaction: one sealer at a time. It also holds the open tile. */
export const LOCK = 'gdpr_audit_lock';
/** While it holds a row, and only for the transaction that put it there, sealing and pruning pass the guard. */
export const GATE = 'gdpr_audit_gate';

/** Creates the audit's own tables where they are missing, and renews what guards them. */
export async function createAuditTables(strapi: Core.Strapi): Promise<void> {
  await createTable(strapi, QUEUE, (table) => {
    table.bigIncrements('id');
    table.text('entry', 'longtext').notNullable();
    // Old and new values of a change, sealed under the keys of whom they are about (entry/payloads.ts).
    table.text('payload', 'longtext').nullable();
  });
  await createTable(strapi, LOG, (table) => {
    table.bigInteger('idx').notNullable().primary();
    // NULL once pruned; the leaf's hash stays in its tile.
    table.text('entry', 'longtext').nullable();
    table.text('payload', 'longtext').nullable();
  });
  await createTable(strapi, TILES, (table) => {
    table.integer('level').notNullable();
    table.bigInteger('tile').notNullable();
    table.binary('root', 32).notNullable();
    table.binary('hashes', 32 * TILE_WIDTH).notNullable();
    table.primary(['level', 'tile']);
  });
  await createTable(strapi, CHECKPOINTS, (table) => {
    table.bigIncrements('id');
    table.bigInteger('size').notNullable().index('gdpr_audit_checkpoints_size');
    table.text('note').notNullable();
    table.bigInteger('created_at').notNullable();
  });
  await createTable(strapi, VERIFIERS, (table) => {
    table.integer('generation').notNullable().primary();
    table.string('verifier', 400).notNullable();
    table.bigInteger('created_at').notNullable();
  });
  await createTable(strapi, SCHEMAS, (table) => {
    table.string('id', 8).notNullable().primary();
    table.string('type', 190).notNullable();
    table.text('attributes').notNullable();
  });
  await createTable(strapi, SEGMENTS, (table) => {
    table.bigInteger('tile').notNullable().primary();
    table.bigInteger('from_time').notNullable();
    table.bigInteger('to_time').notNullable();
    table.text('summary', 'longtext').notNullable();
  });
  await createTable(strapi, RECORDS, (table) => {
    table.integer('type').notNullable();
    table.integer('id').unsigned().notNullable();
    table.string('document', 36).notNullable().index('gdpr_audit_records_document');
    table.string('subject', 36).nullable().index('gdpr_audit_records_subject');
    table.primary(['type', 'id']);
  });
  await createTable(strapi, WITNESSES, (table) => {
    table.string('name', 190).notNullable().primary();
    table.bigInteger('size').notNullable();
    table.bigInteger('delivered_at').notNullable();
    table.string('failure', 190).nullable();
    table.bigInteger('tried_at').notNullable();
  });
  await createTable(strapi, LOCK, (table) => {
    table.integer('id').notNullable().primary();
    table.string('holder', 36).nullable();
    // The hashes of the last tile while it is not full, and the size of the log they belong to.
    table.bigInteger('size').notNullable();
    table.binary('hashes', 32 * TILE_WIDTH).notNullable();
  });
  await createTable(strapi, GATE, (table) => {
    table.increments('id');
  });
  const from = await tables(strapi);
  await from(LOCK)
    .insert({ id: 1, holder: null, size: 0, hashes: Buffer.alloc(0) })
    .onConflict('id')
    .ignore();
  await guard(strapi);
}

type Quote = (name: string) => string;

async function guard(strapi: Core.Strapi): Promise<void> {
  const open = (quote: Quote): string => `EXISTS (SELECT 1 FROM ${gateName(strapi, quote)})`;
  // Pruning: the payload becomes a shorter one or NULL, the entry stays or becomes NULL.
  const prunes = (quote: Quote): string =>
    [
      open(quote),
      `NEW.${quote('idx')} = OLD.${quote('idx')}`,
      `(NEW.${quote('entry')} IS NULL OR NEW.${quote('entry')} = OLD.${quote('entry')})`,
    ].join(' AND ');
  await installAppendOnlyGuard(strapi, QUEUE, { deleteIf: open });
  await installAppendOnlyGuard(strapi, LOG, { key: ['idx'], updateIf: prunes });
  await installAppendOnlyGuard(strapi, TILES, { key: ['level', 'tile'] });
  await installAppendOnlyGuard(strapi, CHECKPOINTS);
  await installAppendOnlyGuard(strapi, VERIFIERS, { key: ['generation'] });
  await installAppendOnlyGuard(strapi, SCHEMAS);
}

function gateName(strapi: Core.Strapi, quote: Quote): string {
  const schema = dialectOf(strapi) === 'postgres' ? strapi.db.getSchemaName() : undefined;
  return schema === undefined ? quote(GATE) : `${quote(schema)}.${quote(GATE)}`;
}

/**
 * Runs `work` with the gate open. The gate's row is gone again before the transaction ends, so that no other one ever
 * sees it. Call it inside a transaction.
 */
export async function withGateOpen<T>(strapi: Core.Strapi, work: () => Promise<T>): Promise<T> {
  const from = await tables(strapi);
  const id = 1 + Math.floor(Math.random() * 2 ** 30);
  await from(GATE).insert({ id });
  const result = await work();
  await from(GATE).where({ id }).delete();
  return result;
}
