import type { Core } from '@strapi/types';

import { qualified } from './connection';
import { dialectOf } from './dialect';

/**
 * Lets the database look at tables that have just been filled. A server does so by itself, but only some time later, and
 * plans queries meanwhile as if the tables were as small as they were. SQLite plans without.
 */
export async function analyze(strapi: Core.Strapi, tables: readonly string[]): Promise<void> {
  const dialect = dialectOf(strapi);
  if (dialect === 'sqlite') return;
  for (const table of tables) {
    const sql = dialect === 'mysql' ? 'ANALYZE TABLE ??' : 'ANALYZE ??';
    await strapi.db.connection.raw(sql, [qualified(strapi, table)]);
  }
}
