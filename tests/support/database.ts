import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import knex from 'knex';

export type Client = 'sqlite' | 'postgres' | 'mysql';

/** A database of a suite's own: what to put into the environment to use it, and how to drop it. */
export interface TestDatabase {
  readonly client: Client;
  readonly env: Readonly<Record<string, string>>;
  /** The files that hold it, on SQLite. */
  readonly directory: string | null;
  drop(): Promise<void>;
}

const SERVERS = {
  postgres: {
    driver: 'pg',
    url: process.env['TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  },
  mysql: { driver: 'mysql2', url: process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/mysql' },
} as const;

export function clientUnderTest(): Client {
  const client = process.env['TEST_DATABASE'] ?? 'sqlite';
  if (client === 'sqlite' || client === 'postgres' || client === 'mysql') return client;
  throw new Error(`TEST_DATABASE is "${client}": use sqlite, postgres or mysql.`);
}

/** @throws when the server does not answer, in one sentence that says which and how to name another */
export async function createTestDatabase(client: Client = clientUnderTest()): Promise<TestDatabase> {
  if (client === 'sqlite') {
    const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-crm-test-'));
    return {
      client,
      directory,
      env: {
        DATABASE_CLIENT: 'sqlite',
        DATABASE_FILENAME: path.join(directory, 'data.db'),
        DATABASE_URL: '',
      },
      drop() {
        rmSync(directory, { recursive: true, force: true });
        return Promise.resolve();
      },
    };
  }
  const name = `gdpr_test_${randomBytes(6).toString('hex')}`;
  await administrate(
    client,
    client === 'mysql' ? `CREATE DATABASE ${name} CHARACTER SET utf8mb4` : `CREATE DATABASE ${name}`,
  );
  const url = new URL(SERVERS[client].url);
  url.pathname = `/${name}`;
  return {
    client,
    directory: null,
    env: { DATABASE_CLIENT: client, DATABASE_URL: url.href, DATABASE_FILENAME: '' },
    drop: () =>
      administrate(
        client,
        client === 'mysql' ? `DROP DATABASE ${name}` : `DROP DATABASE ${name} WITH (FORCE)`,
      ),
  };
}

async function administrate(client: 'postgres' | 'mysql', statement: string): Promise<void> {
  const { driver, url } = SERVERS[client];
  const server = knex({ client: driver, connection: url, pool: { min: 0, max: 1 } });
  try {
    await server.raw(statement);
  } catch (error) {
    const variable = client === 'postgres' ? 'TEST_POSTGRES_URL' : 'TEST_MYSQL_URL';
    const where = new URL(url).host;
    throw new Error(
      `The ${client} server at ${where} cannot be used (set ${variable}): ${error instanceof Error ? error.message : 'unknown'}`,
    );
  } finally {
    await server.destroy();
  }
}
