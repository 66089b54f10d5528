import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { TestStrapi } from './strapi';

/** Everything the database holds, as one text: every row of every table, and on SQLite the bytes of its files. */
export async function dumpDatabase(app: TestStrapi): Promise<string> {
  const { client, directory } = app.database;
  const files =
    directory === null
      ? []
      : readdirSync(directory).map((name) => readFileSync(path.join(directory, name), 'latin1'));
  const listing = {
    sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'",
    postgres:
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
    mysql: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database()',
  }[client];
  const result = await app.knex.raw(listing);
  const names: { name: string }[] =
    client === 'postgres' ? result.rows : client === 'mysql' ? result[0] : result;
  const rows = await Promise.all(names.map(({ name }) => app.knex(name).select('*')));
  // Binary columns as bytes, too: a plaintext in a blob would hide in JSON.
  const text = JSON.stringify(rows, (_key, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  );
  return [...files, text].join('\n');
}
