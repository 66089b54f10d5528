import type { Core } from '@strapi/types';

import { inWriteTransaction, lockRows, tables } from '../../platform/database/connection';

import { DESTROYED, type DataKeys } from '../data-keys';
import { decodeEnvelope, type KeyName } from '../envelope';
import { type ProtectedType, SEALED } from '../protected-types';
import { openRecord, sealRecord } from '../record-sealer';
import type { Suite } from '../suites';

interface SealedRow {
  readonly id: number;
  readonly sealed: string | null;
  readonly [column: string]: unknown;
}

/** Seals records anew under another key of the same data subject. Values and index stay as they are. */
export class RecordResealer {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly keys: DataKeys,
    private readonly suite: Suite,
  ) {}

  /**
   * Seals those of these rows anew that are under one of the old keys, each under its row lock. A row that does not open
   * is left as it is: it would not open under the new key either.
   *
   * @returns how many were sealed anew
   */
  async reseal(
    type: ProtectedType,
    ids: readonly number[],
    old: ReadonlySet<KeyName>,
    fresh: KeyName,
  ): Promise<number> {
    if (ids.length === 0) return 0;
    return inWriteTransaction(this.strapi, async () => {
      const from = await tables(this.strapi);
      const query = from(type.table).select('id', type.place.column, SEALED).whereIn('id', ids).orderBy('id');
      let done = 0;
      for (const row of (await lockRows(this.strapi, query)) as SealedRow[]) {
        const sealed = await this.sealedAnew(type, row, old, fresh);
        if (sealed === null) continue;
        await from(type.table)
          .where({ id: row.id })
          .update({ [SEALED]: sealed });
        done += 1;
      }
      return done;
    });
  }

  private async sealedAnew(
    type: ProtectedType,
    row: SealedRow,
    old: ReadonlySet<KeyName>,
    fresh: KeyName,
  ): Promise<string | null> {
    const envelope = row.sealed === null ? null : decodeEnvelope(row.sealed);
    const place = row[type.place.column];
    if (envelope === null || typeof place !== 'string') return null;
    const name = envelope.keyName;
    if (!old.has(name)) return null;
    // No await between this and the use of the keys: afterwards they may be wiped.
    const keys = await this.keys.load([name, fresh]);
    const oldKey = keys.get(name);
    const newKey = keys.get(fresh);
    if (oldKey === undefined || oldKey === DESTROYED) return null;
    if (newKey === undefined || newKey === DESTROYED) return null;
    const at = { uid: type.uid, documentId: place };
    const values = openRecord(envelope, oldKey, at);
    return values === null ? null : sealRecord(values, newKey, this.suite, at);
  }
}
