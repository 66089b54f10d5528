import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

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

/** Runs `work` in the transaction that is running, or in one of its own. */
export async function inTransaction<T>(strapi: Core.Strapi, work: () => Promise<T>): Promise<T> {
  if (strapi.db.inTransaction()) return work();
  return (await strapi.db.transaction(work)) as T;
}

/** `FOR UPDATE`, where the database has row locks: SQLite has one writer at a time and needs none. */
export function lockRows(strapi: Core.Strapi, query: Knex.QueryBuilder): Knex.QueryBuilder {
  return strapi.db.dialect.client === 'sqlite' ? query : query.forUpdate();
}
