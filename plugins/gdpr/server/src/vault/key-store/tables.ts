import { DATA_KEYS, SYSTEM_KEYS } from '../tables';

import { answered, type KeyStoreConnection } from './connection';

/** Creates the tables of a key store where they are missing. */
export async function createKeyTables(connection: KeyStoreConnection): Promise<void> {
  await createMissing(connection, DATA_KEYS, (table) => {
    table.binary('id', 32).notNullable().primary();
    // documentId of the data subject; NULL for the key of a record that belongs to nobody.
    table.string('subject', 36).nullable().index('gdpr_data_keys_subject');
    table.string('kek_id', 64).notNullable();
    // NULL once destroyed: the row stays, so that "destroyed" can be told from "lost".
    table.binary('wrapped', 255).nullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('destroyed_at').nullable();
  });
  await createMissing(connection, SYSTEM_KEYS, (table) => {
    table.string('name', 64).notNullable().primary();
    table.string('kek_id', 64).notNullable();
    table.binary('wrapped', 255).notNullable();
    table.bigInteger('created_at').notNullable();
  });
}

async function createMissing(
  connection: KeyStoreConnection,
  name: string,
  columns: Parameters<ReturnType<KeyStoreConnection['schema']>['createTable']>[1],
): Promise<void> {
  if (await answered(connection.schema().hasTable(name))) return;
  try {
    await connection.schema().createTable(name, columns);
  } catch (error) {
    // Another node that boots at the same moment may have been first.
    if (!(await connection.schema().hasTable(name))) throw error;
  }
}
