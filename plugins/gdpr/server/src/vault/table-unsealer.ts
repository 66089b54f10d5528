import type { Core } from '@strapi/types';

import { lockFreeRows, lockRows, type Row, tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';
import { retryingConflicts } from '../platform/database/retry';
import { updateMany } from '../platform/database/update-many';
import { GdprError } from '../platform/errors';
import type { RunKind, RunStep } from '../platform/runs';

import type { BlindIndex } from './blind-index/blind-index';
import { deleteTokens, releaseClaims } from './blind-index/bulk-entries';
import { writeColumn } from './column-codec';
import type { DataKeys } from './data-keys';
import type { ProtectionStates } from './protection-states';
import { type ProtectedType, type ProtectedTypes, SEALED } from './protected-types';
import type { RecordWriter, StoredRecord, StoredRow } from './record-writer';
import { columnsOf } from './stored-columns';

export const UNSEAL = 'unseal';

const BATCH = 500;

interface Opened {
  readonly row: StoredRow;
  readonly stored: StoredRecord;
}

/**
 * Takes a type out of the vault: its values go back into their own columns, and what was there to find and to open
 * them goes away. It only works on types in `clear` mode, whose guard is lifted on every node.
 */
export class TableUnsealer implements RunKind {
  readonly name = UNSEAL;

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly types: ProtectedTypes,
    private readonly states: ProtectionStates,
    private readonly keys: DataKeys,
    private readonly index: BlindIndex,
    private readonly writer: RecordWriter,
  ) {}

  async total(uid: string): Promise<number> {
    const from = await tables(this.strapi);
    const row = (await from(this.typeNamed(uid).table)
      .whereNotNull(SEALED)
      .count({ count: '*' })
      .first()) as { count: number | string };
    return Number(row.count);
  }

  async step(uid: string, cursor: string | null): Promise<RunStep> {
    const type = this.typeNamed(uid);
    if (!this.states.isClear(type)) {
      throw new GdprError(
        'command-refused',
        `${uid} is in the vault to stay: ask for "strapi-gdpr unseal" again.`,
      );
    }
    const [after = 0, doneInPass = 0, pass = 0] = (cursor ?? '').split(':').map(Number);
    const ids = await this.sealedIds(type, after);
    const last = ids.at(-1);
    if (last !== undefined) {
      const done = await retryingConflicts(() =>
        this.strapi.db.transaction(() => this.unsealRows(type, ids, { skipping: true, waiting: pass > 0 })),
      );
      return { cursor: [last, doneInPass + done, pass].join(':'), done };
    }
    const left = await this.total(uid);
    if (left === 0) return { cursor: null, done: 0 };
    // Others held rows, or sealed some below the cursor: once more, unless waiting for all of them changed nothing.
    if (doneInPass > 0 || pass === 0) return { cursor: `0:0:${String(pass + 1)}`, done: 0 };
    throw new GdprError(
      'record-not-authentic',
      `${String(left)} records of ${uid} do not open and stay sealed: "strapi-gdpr scan --type ${uid}" lists them.`,
    );
  }

  /**
   * Takes rows out of the vault inside the transaction that is running. Rows that are not sealed stay as they are.
   *
   * @param options `skipping` leaves out what does not open, `waiting: false` what others hold
   * @returns how many came out
   * @throws GdprError `record-not-authentic` for a row that does not open: it must not be lost
   */
  async unsealRows(
    type: ProtectedType,
    ids: readonly number[],
    { skipping = false, waiting = true }: { readonly skipping?: boolean; readonly waiting?: boolean } = {},
  ): Promise<number> {
    let done = 0;
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const query = from(type.table)
        .select(columnsOf(this.strapi, type))
        .whereIn('id', part)
        .whereNotNull(SEALED)
        .orderBy('id');
      const lock = waiting ? lockRows : lockFreeRows;
      const rows = (await lock(this.strapi, query)) as StoredRow[];
      const records: Opened[] = [];
      for (const row of rows) {
        try {
          records.push({ row, stored: await this.writer.openStored(type, row) });
        } catch (error) {
          if (!skipping || !(error instanceof GdprError && error.code === 'record-not-authentic'))
            throw error;
        }
      }
      if (records.length > 0) await this.unsealPart(type, records);
      done += records.length;
    }
    return done;
  }

  private async unsealPart(type: ProtectedType, records: readonly Opened[]): Promise<void> {
    await this.index.hold();
    await deleteTokens(
      this.strapi,
      records.flatMap(({ row, stored }) =>
        this.index
          .entriesOf(type, stored.indexed, stored.subject, null)
          .tokens.map(({ scope, token }) => ({ scope, token, entity_id: row.id })),
      ),
    );
    const scopes = [...this.index.attributesByScope(type).keys()];
    await releaseClaims(
      this.strapi,
      scopes,
      records.map(({ row }) => row.id),
    );
    await updateMany(
      this.strapi,
      type.table,
      records.map(({ row, stored }) => {
        const columns = [...type.attributes.values()].map(({ column, ...attribute }) => [
          column,
          writeColumn(attribute, stored.values[attribute.name]) as Row[string],
        ]);
        return { id: row.id, ...(Object.fromEntries(columns) as Row) };
      }),
      { [SEALED]: null },
    );
    // A record that belongs to nobody had a key of its own. A data subject's key stays: other records need it.
    await this.keys.forgetOwn(
      records.flatMap(({ stored }) => (stored.subject === null ? (stored.keyName ?? []) : [])),
    );
  }

  private async sealedIds(type: ProtectedType, after: number): Promise<number[]> {
    const from = await tables(this.strapi);
    const rows = (await from(type.table)
      .select('id')
      .where('id', '>', after)
      .whereNotNull(SEALED)
      .orderBy('id')
      .limit(BATCH)) as { id: number }[];
    return rows.map(({ id }) => id);
  }

  private typeNamed(uid: string): ProtectedType {
    const type = this.types.get(uid);
    if (type !== undefined) return type;
    throw new GdprError(
      'command-refused',
      `${uid} is no type with protected attributes: nothing of it is sealed.`,
    );
  }
}
