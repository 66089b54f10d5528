import { chunk } from '../../platform/database/dialect';

import type { KeyStoreConnection } from './connection';

type Rewrapped = readonly { readonly id: Buffer; readonly wrapped: Uint8Array }[];

/**
 * Replaces the wrapped forms of many keys by few statements. A key that was destroyed since it was read has no wrapped
 * form any more and gets none: `wrapped IS NOT NULL` is looked at again under the row's lock.
 *
 * @param table its name, for an identifier binding
 */
export async function replaceWrapped(
  connection: KeyStoreConnection,
  table: string,
  kekId: string,
  keys: Rewrapped,
): Promise<void> {
  if (connection.dialect === 'postgres') {
    if (keys.length === 0) return;
    // Two arrays: one statement for any number of keys, without a parameter for each.
    const ids = keys.map(({ id }) => id);
    const forms = keys.map(({ wrapped }) => Buffer.from(wrapped));
    await connection.raw(
      `UPDATE ?? AS k SET kek_id = ?, wrapped = v.wrapped
       FROM unnest(?::bytea[], ?::bytea[]) AS v(id, wrapped) WHERE k.id = v.id AND k.wrapped IS NOT NULL`,
      [table, kekId, ids, forms],
    );
    return;
  }
  for (const part of chunk(keys)) {
    const values = part.flatMap(({ id, wrapped }) => [id, Buffer.from(wrapped)]);
    if (connection.dialect === 'sqlite') {
      // The second condition says nothing new; without it SQLite walks the whole table for every batch.
      const places = new Array<string>(part.length).fill('(?, ?)').join(', ');
      await connection.raw(
        `WITH v(key_id, form) AS (VALUES ${places})
         UPDATE ?? SET kek_id = ?, wrapped = v.form FROM v
         WHERE id = v.key_id AND wrapped IS NOT NULL AND id IN (SELECT key_id FROM v)`,
        [...values, table, kekId],
      );
    } else {
      const first = 'SELECT ? AS key_id, ? AS form';
      const selects = part.map((_, at) => (at === 0 ? first : 'SELECT ?, ?')).join(' UNION ALL ');
      await connection.raw(
        `UPDATE ?? AS k JOIN (${selects}) AS v ON k.id = v.key_id
         SET k.kek_id = ?, k.wrapped = v.form WHERE k.wrapped IS NOT NULL`,
        [table, ...values, kekId],
      );
    }
  }
}
