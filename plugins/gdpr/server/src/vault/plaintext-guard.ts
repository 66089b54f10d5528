import type { Core } from '@strapi/types';

import { type Dialect, dialectOf } from '../platform/database/dialect';
import { installTriggers, missingTriggers, type RefusingTrigger } from '../platform/database/triggers';

import type { ProtectedType } from './protected-types';

const FAMILY = 'guard';

type Quote = (column: string) => string;

/**
 * Database triggers that refuse any row that brings a value into a protected column: whatever passes by the vault (data
 * transfer with its lifecycles disabled, raw SQL, another client) cannot leave plaintext behind.
 *
 * An update may leave a value where it was: a row from before the annotation can still be touched until it is sealed.
 */
export async function installPlaintextGuard(strapi: Core.Strapi, type: ProtectedType): Promise<void> {
  await installTriggers(strapi, FAMILY, type.table, guardOf(strapi, type));
}

/** Takes the guard of a table away, for a type that leaves the vault. */
export async function liftPlaintextGuard(strapi: Core.Strapi, table: string): Promise<void> {
  await installTriggers(strapi, FAMILY, table, []);
}

/** Which of `INSERT` and `UPDATE` the database does not refuse. */
export async function unguardedEvents(strapi: Core.Strapi, type: ProtectedType): Promise<string[]> {
  const missing = await missingTriggers(strapi, FAMILY, type.table, guardOf(strapi, type));
  return missing.map(({ event }) => event);
}

function guardOf(strapi: Core.Strapi, type: ProtectedType): RefusingTrigger[] {
  const columns = [...type.attributes.values()].map(({ column }) => column).sort();
  const changed = CHANGED[dialectOf(strapi)];
  const holds: Record<'INSERT' | 'UPDATE', (quoted: string) => string> = {
    INSERT: (column) => `NEW.${column} IS NOT NULL`,
    UPDATE: (column) => `(NEW.${column} IS NOT NULL AND ${changed(column)})`,
  };
  const trigger = (event: 'INSERT' | 'UPDATE'): RefusingTrigger => ({
    table: type.table,
    event,
    message: `gdpr: ${type.table} holds protected columns, which must stay NULL; write through Strapi so that they are sealed`,
    when: (quote: Quote) => columns.map((column) => holds[event](quote(column))).join(' OR '),
  });
  return [trigger('INSERT'), trigger('UPDATE')];
}

/** "The value is another one", byte by byte: MariaDB's collations take `ADA` and `ada` for the same. */
const CHANGED: Record<Dialect, (column: string) => string> = {
  sqlite: (column) => `NEW.${column} IS NOT OLD.${column}`,
  postgres: (column) => `NEW.${column} IS DISTINCT FROM OLD.${column}`,
  mysql: (column) => `NOT (BINARY NEW.${column} <=> BINARY OLD.${column})`,
};
