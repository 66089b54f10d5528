import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

import { chunk } from './dialect';
import { runPrepared, runPreparedEach } from './prepared';

/** Starts a query on a table of the plugin's own, in the schema that Strapi uses. */
export type From = (table: string) => Knex.QueryBuilder;

/**
 * Access to the plugin's own tables inside the transaction that is running, if one is. On SQLite, whose pool holds
 * one connection, a query that did not join would wait for that transaction for ever.
 */
export async function tables(strapi: Core.Strapi): Promise<From> {
  const schema = strapi.db.getSchemaName();
  const knex = strapi.db.inTransaction() ? (await strapi.db.transaction()).get() : strapi.db.connection;
  return (table) => (schema === undefined ? knex(table) : knex(table).withSchema(schema));
}

/** Runs a statement of SQL inside the current transaction, if there is one. */
export async function raw(
  strapi: Core.Strapi,
  sql: string,
  bindings: readonly Knex.RawBinding[],
): Promise<unknown> {
  const knex = strapi.db.inTransaction() ? (await strapi.db.transaction()).get() : strapi.db.connection;
  if (strapi.db.dialect.client === 'sqlite') return runPrepared(knex, sql, bindings);
  return knex.raw(sql, bindings);
}

/** Runs a SELECT written as SQL inside the current transaction, if there is one. */
export async function select<T>(
  strapi: Core.Strapi,
  sql: string,
  bindings: readonly Knex.RawBinding[],
): Promise<readonly T[]> {
  const result = await raw(strapi, sql, bindings);
  // MySQL's driver returns the rows and their description.
  return strapi.db.dialect.client === 'mysql' ? (result as [T[]])[0] : rowsOf<T>(result);
}

/** A table's name with its schema, for an identifier binding (`??`). */
export function qualified(strapi: Core.Strapi, table: string): string {
  const schema = strapi.db.getSchemaName();
  return schema === undefined ? table : `${schema}.${table}`;
}

/** Runs `work` in the transaction that is running, or in one of its own. */
export async function inTransaction<T>(strapi: Core.Strapi, work: () => Promise<T>): Promise<T> {
  if (strapi.db.inTransaction()) return work();
  return await strapi.db.transaction(work);
}

/**
 * Like {@link inTransaction}, for work that reads before it writes while other processes write, too. SQLite would let
 * it read and then refuse the write, because what it read is no longer the latest; taking the write lock first, it
 * waits for its turn instead.
 */
export async function inWriteTransaction<T>(strapi: Core.Strapi, work: () => Promise<T>): Promise<T> {
  if (strapi.db.dialect.client !== 'sqlite' || strapi.db.inTransaction()) return inTransaction(strapi, work);
  return inTransaction(strapi, async () => {
    await raw(strapi, 'UPDATE gdpr_runs SET kind = kind WHERE 1 = 0', []);
    return work();
  });
}

const TRANSIENT = ['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'];

/** Whether a database refused work only because of what others did at the same moment: again, it may succeed. */
export function isTransient(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_BUSY') || TRANSIENT.includes(code);
}

/** Values of one statement: a third of what the first of the databases takes. */
const VALUES_A_STATEMENT = 10_000;

export type Row = Readonly<Record<string, Knex.Value>>;

/**
 * Inserts rows with the same columns. Written out as SQL: this is on the way of every new record, where knex's builder
 * costs more than the database does, and turns many rows into a long UNION on SQLite.
 */
export async function insertRows(strapi: Core.Strapi, table: string, rows: readonly Row[]): Promise<void> {
  await insertMany(strapi, table, rows, 'INSERT INTO', '');
}

/** Inserts those of the rows whose key is not taken: for work that is repeated after it was cut off. */
export async function insertMissingRows(
  strapi: Core.Strapi,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  if (strapi.db.dialect.client === 'mysql') await insertMany(strapi, table, rows, 'INSERT IGNORE INTO', '');
  else await insertMany(strapi, table, rows, 'INSERT INTO', ' ON CONFLICT DO NOTHING');
}

async function insertMany(
  strapi: Core.Strapi,
  table: string,
  rows: readonly Row[],
  verb: string,
  end: string,
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const one = insertSql(verb, [first]) + end;
  const values = rows.map((row): Knex.RawBinding[] => Object.values(row));
  if (rows.length > 1 && (await runEach(strapi, one, [table], values))) return;
  for (const part of chunk(rows, Math.ceil(VALUES_A_STATEMENT / Object.keys(first).length))) {
    await raw(strapi, insertSql(verb, part) + end, insertBindings(strapi, table, part));
  }
}

/**
 * Runs a statement for each row, where that is cheaper than one for all: on SQLite, in a transaction.
 *
 * @returns whether it did
 */
export async function runEach(
  strapi: Core.Strapi,
  sql: string,
  identifiers: readonly string[],
  rows: readonly (readonly Knex.RawBinding[])[],
): Promise<boolean> {
  if (strapi.db.dialect.client !== 'sqlite' || !strapi.db.inTransaction()) return false;
  await runPreparedEach((await strapi.db.transaction()).get(), sql, identifiers, rows);
  return true;
}

/**
 * Inserts a row of a table whose `id` the database counts, unless the value of any unique column is taken. While another
 * transaction that took it is open, waits for that to end.
 *
 * @returns the id, or `null` when the value is taken
 */
export async function insertReturningIdIfAbsent(
  strapi: Core.Strapi,
  table: string,
  row: Row,
): Promise<number | null> {
  const bindings = insertBindings(strapi, table, [row]);
  if (strapi.db.dialect.client === 'mysql') {
    const result = await raw(strapi, insertSql('INSERT IGNORE INTO', [row]), bindings);
    const [{ affectedRows, insertId }] = result as [{ affectedRows: number; insertId: number }];
    return affectedRows === 1 ? insertId : null;
  }
  const sql = `${insertSql('INSERT INTO', [row])} ON CONFLICT DO NOTHING RETURNING id`;
  return rowsOf<{ id: number }>(await raw(strapi, sql, bindings))[0]?.id ?? null;
}

/**
 * Inserts a row unless its key is taken. While another transaction that took it is open, waits for that to end.
 *
 * @param key the columns of a unique index
 * @returns whether the row was inserted
 */
export async function insertIfAbsent(
  strapi: Core.Strapi,
  table: string,
  row: Row,
  key: readonly string[],
): Promise<boolean> {
  const bindings = insertBindings(strapi, table, [row]);
  if (strapi.db.dialect.client === 'mysql') {
    const result = await raw(strapi, insertSql('INSERT IGNORE INTO', [row]), bindings);
    return (result as [{ affectedRows: number }])[0].affectedRows === 1;
  }
  const conflict = `ON CONFLICT (${key.join(', ')}) DO NOTHING RETURNING ${key.join(', ')}`;
  return rowsOf(await raw(strapi, `${insertSql('INSERT INTO', [row])} ${conflict}`, bindings)).length === 1;
}

function insertSql(verb: string, rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const places = `(${columns.map(() => '?').join(', ')})`;
  return `${verb} ?? (${columns.join(', ')}) VALUES ${rows.map(() => places).join(', ')}`;
}

function insertBindings(strapi: Core.Strapi, table: string, rows: readonly Row[]): Knex.RawBinding[] {
  return [qualified(strapi, table), ...rows.flatMap((row) => Object.values(row))];
}

/** What a raw query with RETURNING gives back: an array on SQLite, an object with `rows` on PostgreSQL. */
function rowsOf<T>(result: unknown): T[] {
  if (Array.isArray(result)) return result as T[];
  return (result as { rows: T[] }).rows;
}

/** `FOR UPDATE`, where the database has row locks: SQLite has one writer at a time and needs none. */
export function lockRows(strapi: Core.Strapi, query: Knex.QueryBuilder): Knex.QueryBuilder {
  return strapi.db.dialect.client === 'sqlite' ? query : query.forUpdate();
}

/**
 * {@link lockRows} that leaves out rows which others hold: long work that waited for them would be waited for, and two
 * that wait for each other end with one of them failing.
 */
export function lockFreeRows(strapi: Core.Strapi, query: Knex.QueryBuilder): Knex.QueryBuilder {
  return strapi.db.dialect.client === 'sqlite' ? query : query.forUpdate().skipLocked();
}

/**
 * Reads what others have committed, also after this transaction began: on MariaDB only a locking read does. A shared
 * lock, because an insert that found its key taken holds one already, and two that both asked for more would deadlock.
 */
export function readCommitted(strapi: Core.Strapi, query: Knex.QueryBuilder): Knex.QueryBuilder {
  const isMysql = strapi.db.dialect.client === 'mysql' && strapi.db.inTransaction();
  return isMysql ? query.forShare() : query;
}
