import path from 'node:path';

import type { Core } from '@strapi/types';
import knex, { type Knex } from 'knex';

import { type From, inTransaction, qualified, raw, tables } from '../../platform/database/connection';
import { type Dialect, dialectOf } from '../../platform/database/dialect';
import { runPrepared } from '../../platform/database/prepared';
import { removeValues } from '../../platform/database/quiet-errors';
import { GdprError, UnavailableError } from '../../platform/errors';

/** What a key store needs of the database it is in. */
export interface KeyStoreConnection {
  readonly dialect: Dialect;
  readonly isMain: boolean;
  readonly description: string;
  tables(): Promise<From>;
  /** A table's name for an identifier binding (`??`). */
  qualified(table: string): string;
  /** Runs a statement. @returns what the driver gives */
  raw(sql: string, bindings: readonly Knex.RawBinding[]): Promise<unknown>;
  /** The schema builder, for its own tables. */
  schema(): Knex.SchemaBuilder;
  close(): Promise<void>;
}

/** The rows of a SELECT written as SQL. */
export async function selectRows<T>(
  connection: KeyStoreConnection,
  sql: string,
  bindings: readonly Knex.RawBinding[],
): Promise<readonly T[]> {
  const result = await connection.raw(sql, bindings);
  if (connection.dialect === 'mysql') return (result as [T[]])[0];
  return Array.isArray(result) ? (result as T[]) : (result as { rows: T[] }).rows;
}

/** The database of the project; every call joins the transaction that is running. */
export function mainConnection(strapi: Core.Strapi): KeyStoreConnection {
  return {
    dialect: dialectOf(strapi),
    isMain: true,
    description: 'the main database',
    tables: () => tables(strapi),
    qualified: (table) => qualified(strapi, table),
    raw: (sql, bindings) => raw(strapi, sql, bindings),
    schema: () => strapi.db.getSchemaConnection(),
    close: () => Promise.resolve(),
  };
}

/** Runs work in a transaction of the main database. */
export function inMainTransaction<T>(strapi: Core.Strapi, work: () => Promise<T>): Promise<T> {
  return inTransaction(strapi, work);
}

const DRIVERS: Readonly<Record<string, { readonly driver: string; readonly dialect: Dialect }>> = {
  sqlite: { driver: 'better-sqlite3', dialect: 'sqlite' },
  'better-sqlite3': { driver: 'better-sqlite3', dialect: 'sqlite' },
  postgres: { driver: 'pg', dialect: 'postgres' },
  pg: { driver: 'pg', dialect: 'postgres' },
  mysql: { driver: 'mysql2', dialect: 'mysql' },
  mysql2: { driver: 'mysql2', dialect: 'mysql' },
};

interface SqliteConnection {
  pragma(text: string): unknown;
}

type Done = (error: Error | null, connection: unknown) => void;

/**
 * A database of the key store's own. Every statement commits by itself.
 *
 * @param config a knex configuration; SQLite file names are relative to the project
 * @throws GdprError when the configuration cannot be used
 */
export function ownConnection(root: string, config: Readonly<Record<string, unknown>>): KeyStoreConnection {
  const named = DRIVERS[String(config['client'])];
  if (named === undefined) {
    throw new GdprError(
      'setting-invalid',
      `keyStore.connection.client (GDPR_KEY_STORE_CLIENT) is "${String(config['client'])}": use sqlite, postgres or mysql.`,
    );
  }
  const { driver, dialect } = named;
  const database = knex({
    ...config,
    client: driver,
    connection:
      dialect === 'sqlite' ? sqliteFile(root, config['connection']) : (config['connection'] as never),
    ...(dialect === 'sqlite' ? { useNullAsDefault: true, pool: sqlitePool } : {}),
    compileSqlOnError: false,
  });
  database.on('query-error', (error: unknown, query: object) => {
    if (typeof error === 'object' && error !== null) removeValues(error as Record<string, unknown>, query);
  });
  const schema = typeof config['schema'] === 'string' ? config['schema'] : undefined;
  return {
    dialect,
    isMain: false,
    description: `a ${dialect} database of its own`,
    tables: () =>
      Promise.resolve((table) =>
        schema === undefined ? database(table) : database(table).withSchema(schema),
      ),
    qualified: (table) => (schema === undefined ? table : `${schema}.${table}`),
    raw: async (sql, bindings) =>
      answered<unknown>(
        dialect === 'sqlite' ? runPrepared(database, sql, bindings) : database.raw(sql, bindings),
      ),
    schema: () => (schema === undefined ? database.schema : database.schema.withSchema(schema)),
    close: () => database.destroy(),
  };
}

const sqlitePool = {
  min: 1,
  max: 1,
  // Full synchronisation, unlike the main database's: a key that is lost after a power cut loses records with it.
  afterCreate(connection: SqliteConnection, done: Done) {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('busy_timeout = 5000');
    // A destroyed key leaves no bytes behind.
    connection.pragma('secure_delete = ON');
    done(null, connection);
  },
};

function sqliteFile(root: string, connection: unknown): { filename: string } {
  const filename =
    typeof connection === 'object' && connection !== null && 'filename' in connection
      ? connection.filename
      : null;
  if (typeof filename !== 'string' || filename === '') {
    throw new GdprError(
      'setting-invalid',
      'keyStore.connection.connection.filename (GDPR_KEY_STORE_FILENAME) must name the SQLite file of the key store.',
    );
  }
  return { filename: path.isAbsolute(filename) ? filename : path.join(root, filename) };
}

const AWAY = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'SQLITE_CANTOPEN',
  '57P01',
  '57P03',
  '3D000',
  '28P01',
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'PROTOCOL_CONNECTION_LOST',
];

/** Turns the errors of a store that cannot be reached into one of ours: fail closed, and say what is away. */
export async function answered<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    const name = error instanceof Error ? error.name : '';
    if (!AWAY.includes(code) && name !== 'KnexTimeoutError') throw error;
    throw new UnavailableError(
      'key-store-unavailable',
      `The key store (keyStore.connection, GDPR_KEY_STORE_URL or GDPR_KEY_STORE_FILENAME) cannot be reached (${code === '' ? name : code}): start it, or correct its address.`,
    );
  }
}
