import type { Core } from '@strapi/types';

import { installTriggers, type RefusingTrigger } from '../platform/database/triggers';

import type { ProtectedType } from './protected-types';

/**
 * Database triggers that refuse any row with a protected column that is not NULL: whatever passes by the vault (data
 * transfer with its lifecycles disabled, raw SQL, another client) cannot leave plaintext behind.
 */
export async function installPlaintextGuard(strapi: Core.Strapi, type: ProtectedType): Promise<void> {
  const columns = [...type.attributes.values()].map(({ column }) => column).sort();
  const trigger = (event: 'INSERT' | 'UPDATE'): RefusingTrigger => ({
    table: type.table,
    event,
    message: `gdpr: ${type.table} holds protected columns, which must stay NULL; write through Strapi so that they are sealed`,
    when: (quote) => columns.map((column) => `NEW.${quote(column)} IS NOT NULL`).join(' OR '),
  });
  await installTriggers(strapi, 'guard', type.table, [trigger('INSERT'), trigger('UPDATE')]);
}
