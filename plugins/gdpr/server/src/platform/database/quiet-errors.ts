import type { Core } from '@strapi/types';

interface Query {
  readonly sql?: string;
  readonly bindings?: readonly unknown[];
}

/** The fields in which drivers quote what was written: knex's message, MySQL's and PostgreSQL's own. */
const FIELDS = ['message', 'stack', 'sql', 'sqlMessage', 'detail', 'where', 'hint'] as const;

/**
 * Takes the values out of database errors before anybody sees them. knex puts the bound values into the message, MySQL
 * and PostgreSQL quote them in messages of their own, and Strapi writes what it does not expect to the log.
 */
export function quietDatabaseErrors(strapi: Core.Strapi): void {
  const { connection } = strapi.db;
  // Leaves `?` in the message instead of the values.
  const { client } = connection as unknown as { client: { config: object } };
  Object.assign(client.config, { compileSqlOnError: false });
  connection.on('query-error', (error: unknown, query: Query) => {
    if (typeof error === 'object' && error !== null) removeValues(error as Record<string, unknown>, query);
  });
}

/** Replaces every bound text in the error's fields by `?`, the longest first, so that none shows through another. */
export function removeValues(error: Record<string, unknown>, { sql, bindings = [] }: Query): void {
  const values = bindings
    .filter((value): value is string => typeof value === 'string' && value.length > 1)
    .sort((a, b) => b.length - a.length);
  for (const field of FIELDS) {
    const text = error[field];
    if (typeof text !== 'string') continue;
    error[field] = values.reduce((cleaned, value) => cleaned.replaceAll(value, '?'), text);
  }
  if (typeof error['sql'] === 'string') error['sql'] = sql;
}
