import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

/**
 * Creates a table of the plugin's own where it is missing. Strapi's schema sync leaves alone what it never tracked, and
 * nothing in the admin panel or the API reaches it.
 */
export async function createTable(
  strapi: Core.Strapi,
  name: string,
  columns: (table: Knex.CreateTableBuilder) => void,
): Promise<void> {
  const schema = strapi.db.getSchemaConnection();
  if (await schema.hasTable(name)) return;
  try {
    await strapi.db.getSchemaConnection().createTable(name, columns);
  } catch (error) {
    // Another node that boots at the same moment may have been first.
    if (!(await strapi.db.getSchemaConnection().hasTable(name))) throw error;
  }
}
