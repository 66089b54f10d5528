import type { Core } from '@strapi/types';

export type Dialect = 'sqlite' | 'postgres' | 'mysql';

/** The database kind, by Strapi's own name for it (`mysql` is MariaDB, too). */
export function dialectOf(strapi: Core.Strapi): Dialect {
  const client = strapi.db.dialect.client;
  if (client === 'sqlite' || client === 'postgres' || client === 'mysql') return client;
  throw new Error(`The database client "${client}" is not supported: use sqlite, postgres or mysql.`);
}

/** Most values that go into one `IN (…)`: below SQLite's 32,766 variables, and small enough to plan quickly. */
export const IN_CHUNK = 500;

export function chunk<T>(items: readonly T[], size: number = IN_CHUNK): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}
