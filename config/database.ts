import path from 'node:path';

import { setting, settingOr, wholeNumber } from '../src/environment';

interface SqliteConnection {
  pragma(text: string): unknown;
}

type Done = (error: Error | null, connection: unknown) => void;

/** Where the project's root is, seen from the compiled `dist/config` as well as from `config`. */
const root =
  path.basename(path.resolve(__dirname, '..')) === 'dist'
    ? path.resolve(__dirname, '../..')
    : path.resolve(__dirname, '..');

function sqlite() {
  const filename = settingOr('DATABASE_FILENAME', '.tmp/data.db');
  return {
    client: 'sqlite',
    connection: { filename: path.isAbsolute(filename) ? filename : path.join(root, filename) },
    useNullAsDefault: true,
    pool: {
      // A write-ahead log that is synced at checkpoints: seven times the writes of Strapi's default, and as safe
      // against a killed process.
      afterCreate(connection: SqliteConnection, done: Done) {
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = NORMAL');
        // Copied back into the database every 32 MB and not every 4 MB: a new contact touches many pages of the index.
        connection.pragma('wal_autocheckpoint = 8000');
        // 64 MB of pages in memory, not 16: entries of the blind index lie all over its tree.
        connection.pragma('cache_size = -65536');
        done(null, connection);
      },
    },
  };
}

function server(client: 'postgres' | 'mysql', port: number) {
  const url = setting('DATABASE_URL');
  const parsed = url === undefined ? undefined : new URL(url);
  return {
    client,
    connection: {
      host: parsed?.hostname ?? settingOr('DATABASE_HOST', '127.0.0.1'),
      port: parsed === undefined ? wholeNumber('DATABASE_PORT', port) : Number(parsed.port || port),
      database:
        parsed === undefined
          ? settingOr('DATABASE_NAME', 'strapi')
          : decodeURIComponent(parsed.pathname.slice(1)),
      user:
        parsed === undefined ? settingOr('DATABASE_USERNAME', 'strapi') : decodeURIComponent(parsed.username),
      password:
        parsed === undefined ? settingOr('DATABASE_PASSWORD', '') : decodeURIComponent(parsed.password),
      ...(client === 'mysql' ? { charset: 'utf8mb4' } : {}),
    },
    pool: {
      min: 0,
      max: wholeNumber('DATABASE_POOL_MAX', 10),
      ...(client === 'mysql' ? { afterCreate: readCommitted } : {}),
    },
  };
}

interface MysqlConnection {
  query(sql: string, done: (error: Error | null) => void): void;
}

/** MariaDB's default, REPEATABLE READ, deadlocks and fails concurrent updates of one record. */
function readCommitted(connection: MysqlConnection, done: Done) {
  connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (error) =>
    done(error, connection),
  );
}

export default () => {
  const client = settingOr('DATABASE_CLIENT', 'sqlite');
  if (client === 'sqlite') return { connection: sqlite() };
  if (client === 'postgres') return { connection: server('postgres', 5432) };
  if (client === 'mysql') return { connection: server('mysql', 3306) };
  throw new Error(`DATABASE_CLIENT is "${client}": use sqlite, postgres or mysql (also for MariaDB).`);
};
