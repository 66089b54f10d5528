import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';

import type { BlindIndex } from './blind-index/blind-index';
import { type ProtectedType, SEALED } from './protected-types';
import type { ProtectedValues } from './record-sealer';
import { claimsOf, type RecordWriter } from './record-writer';
import type { SubjectResolver } from './subject-resolver';
import { BLIND_INDEX } from './tables';

interface StoredRow {
  readonly id: number;
  readonly locale?: string | null;
  readonly published_at?: unknown;
  readonly [column: string]: unknown;
}

/**
 * Brings sealed records into the index that were written without it: by a data transfer, whose rows arrive sealed and
 * get new ids. What is there already stays; records that do not open are left out.
 */
export class RecordIndexer {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly index: BlindIndex,
    private readonly writer: RecordWriter,
    private readonly subjects: SubjectResolver,
  ) {}

  /** @returns how many of them opened */
  async add(type: ProtectedType, ids: readonly number[]): Promise<number> {
    const opened = await this.writer.openMany(type, ids);
    if (opened.size === 0) return 0;
    const from = await tables(this.strapi);
    const rows = (await from(type.table)
      .select('*')
      .whereIn('id', [...opened.keys()])) as StoredRow[];
    const records = rows.flatMap((row) => {
      const record = opened.get(row.id);
      if (record === undefined) return [];
      const claims = claimsOf(type, row.locale, row.published_at);
      return [
        { entityId: row.id, entries: this.index.entriesOf(type, record.values, record.subject, claims) },
      ];
    });
    await this.index.insertMissing(type, records);
    if (type.subject !== null && 'self' in type.subject) {
      for (const row of rows) await this.assignOwn(type, row, opened.get(row.id)?.values ?? {});
    }
    return opened.size;
  }

  /**
   * Whether records of this type are missing from the index: its oldest and its newest sealed record tell. A transfer
   * writes all or none of a type, so that two look-ups at every start are enough.
   */
  async lacks(type: ProtectedType): Promise<boolean> {
    for (const direction of ['asc', 'desc'] as const) {
      const from = await tables(this.strapi);
      const row = (await from(type.table)
        .select('id')
        .whereNotNull(SEALED)
        .orderBy('id', direction)
        .first()) as { id: number } | undefined;
      if (row === undefined) return false;
      const entries = (await this.writer.entriesOfStored(type, [row.id])).get(row.id);
      for (const { scope, token } of entries?.tokens ?? []) {
        const entry: unknown = await from(BLIND_INDEX)
          .where({ scope, token, entity_id: row.id })
          .first('scope');
        if (entry === undefined) return true;
      }
    }
    return false;
  }

  /** What a data subject's row holds besides its sealed attributes is made with the index key of this installation. */
  private async assignOwn(type: ProtectedType, row: StoredRow, values: ProtectedValues): Promise<void> {
    const documentId = String(row[type.place.column]);
    const { assign = {} } = await this.subjects.resolve({ type, documentId, values, data: {}, before: null });
    const { attributes } = this.strapi.db.metadata.get(type.uid);
    const columns = Object.entries(assign).map(([name, value]) => {
      const attribute = attributes[name];
      return [
        attribute !== undefined && 'columnName' in attribute ? attribute.columnName : name,
        value,
      ] as const;
    });
    if (columns.every(([column, value]) => row[String(column)] === value)) return;
    const from = await tables(this.strapi);
    await from(type.table).where({ id: row.id }).update(Object.fromEntries(columns));
  }
}
