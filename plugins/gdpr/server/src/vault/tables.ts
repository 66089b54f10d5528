import type { Core } from '@strapi/types';

import { createTable } from '../platform/database/create-table';
import { dialectOf } from '../platform/database/dialect';

export const DATA_KEYS = 'gdpr_data_keys';
export const SYSTEM_KEYS = 'gdpr_system_keys';
export const BLIND_INDEX = 'gdpr_blind_index';
export const MET_KEYS = 'gdpr_scan_keys';
export const UNIQUE_VALUES = 'gdpr_unique_values';

/**
 * Creates the vault's own tables where they are missing. They are no content types: Strapi's schema sync leaves
 * alone what it never tracked, and nothing in the admin panel or the API reaches them. Those of the keys may be in another
 * database: key-store/tables.ts.
 */
export async function createVaultTables(strapi: Core.Strapi): Promise<void> {
  // The keys that `scan` has met on its way: too many to hold in memory.
  await createTable(strapi, MET_KEYS, (table) => {
    table.binary('id', 32).notNullable().primary();
  });
  await createBlindIndex(strapi);
  await createTable(strapi, UNIQUE_VALUES, (table) => {
    table.binary('token', 16).notNullable();
    table.integer('scope').notNullable();
    table.integer('entity_id').unsigned().notNullable();
    table.primary(['scope', 'token']);
    table.index(['entity_id', 'scope'], 'gdpr_unique_values_entity');
  });
}

/**
 * The blind index. Its primary key is its only index: (scope, token, entity_id) covers a search, and an entity's rows
 * are found by the tokens of its values. A second index by entity would double what every new record costs.
 */
async function createBlindIndex(strapi: Core.Strapi): Promise<void> {
  if (dialectOf(strapi) === 'sqlite') {
    await strapi.db.connection.raw(
      `CREATE TABLE IF NOT EXISTS ${BLIND_INDEX} (scope INTEGER NOT NULL, token BLOB NOT NULL,
       entity_id INTEGER NOT NULL, PRIMARY KEY (scope, token, entity_id)) WITHOUT ROWID`,
    );
    return;
  }
  await createTable(strapi, BLIND_INDEX, (table) => {
    table.integer('scope').notNullable();
    table.binary('token', 16).notNullable();
    table.integer('entity_id').unsigned().notNullable();
    table.primary(['scope', 'token', 'entity_id']);
  });
}
