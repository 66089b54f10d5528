import type { Core } from '@strapi/types';

import { analyze } from '../platform/database/analyze';
import { insertMissingRows, lockFreeRows, lockRows, type Row, tables } from '../platform/database/connection';
import { type Dialect, dialectOf } from '../platform/database/dialect';
import { retryingConflicts } from '../platform/database/retry';
import { updateMany } from '../platform/database/update-many';
import { GdprError } from '../platform/errors';
import type { RunKind, RunStep } from '../platform/runs';

import type { ComponentOwners } from './component-owners';
import { type BlindIndex, type IndexEntries, NOTHING_INDEXED } from './blind-index/blind-index';
import { type Claim, claimIfFree, deleteTokens, insertTokensIfAbsent } from './blind-index/bulk-entries';
import { DataKey } from './data-key';
import { DESTROYED, type DataKeys } from './data-keys';
import { decodeEnvelope, type KeyName } from './envelope';
import type { ProtectionStates } from './protection-states';
import { type ProtectedType, type ProtectedTypes, SEALED } from './protected-types';
import { type ProtectedValues, sealRecord } from './record-sealer';
import {
  claimsOf,
  placeIn,
  recordName,
  type RecordWriter,
  storedRecord,
  type StoredRecord,
  type StoredRow,
} from './record-writer';
import { columnsOf, relatedRows, relationStorage, subjectRelations } from './stored-columns';
import type { SubjectAnswer, SubjectResolver } from './subject-resolver';
import type { Suite } from './suites';
import { BLIND_INDEX, DATA_KEYS } from './tables';
import { wherePending } from './unsealed-rows';

export const SEAL = 'seal';

/**
 * So many rows are sealed in one transaction, which is as long as others wait for them. More on SQLite: a batch touches
 * most pages of the index, whatever its size, and each of them is written once a batch.
 */
const BATCH: Record<Dialect, number> = { sqlite: 2_000, postgres: 1_000, mysql: 1_000 };
/** A batch of so many characters was too large: the next one takes half as many rows. */
const BATCH_TEXT = 8_000_000;

interface Pending {
  readonly row: StoredRow;
  readonly documentId: string;
  readonly stored: StoredRecord;
}

interface Sealed {
  readonly pending: Pending;
  readonly sealed: string;
  readonly before: IndexEntries;
  readonly after: IndexEntries;
  readonly answer: SubjectAnswer;
  readonly keyName: KeyName;
}

/** A value that must be unique and that an earlier record holds, too. Found while sealing; nothing is lost by it. */
export interface Duplicate {
  readonly uid: string;
  readonly attribute: string;
  readonly documentId: string;
}

/**
 * Takes a table with plaintext into the vault, a batch of rows at a time, while others read and write it.
 *
 * Each batch is one transaction that locks its rows: keys, data subjects, index entries and sealed records appear
 * together with the columns becoming NULL. A process that dies in between leaves whole batches, sealed or not.
 */
export class TableSealer implements RunKind {
  readonly name = SEAL;
  private readonly sizes = new Map<string, number>();
  private readonly listeners: ((duplicates: readonly Duplicate[]) => void)[] = [];

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly types: ProtectedTypes,
    private readonly states: ProtectionStates,
    private readonly keys: DataKeys,
    private readonly index: BlindIndex,
    private readonly subjects: SubjectResolver,
    private readonly writer: RecordWriter,
    private readonly components: ComponentOwners,
    private readonly suite: Suite,
  ) {}

  /** Tells of every value that must be unique and is not, when the batch that held it is stored. */
  onDuplicates(listener: (duplicates: readonly Duplicate[]) => void): void {
    this.listeners.push(listener);
  }

  async total(uid: string): Promise<number> {
    const from = await tables(this.strapi);
    const type = this.typeNamed(uid);
    const row = (await from(type.table)
      .where((one) => wherePending(one, type))
      .count({ count: '*' })
      .first()) as { count: number | string };
    return Number(row.count);
  }

  async step(uid: string, cursor: string | null): Promise<RunStep> {
    const type = this.typeNamed(uid);
    if (this.states.isClear(type)) {
      throw new GdprError(
        'command-refused',
        `${uid} is being taken out of the vault, so nothing of it is sealed.`,
      );
    }
    const at = parseCursor(cursor);
    const { last, sealed, duplicates } = await retryingConflicts(() =>
      this.strapi.db.transaction(() => this.sealBatch(type, at)),
    );
    if (duplicates.length > 0) for (const listener of this.listeners) listener(duplicates);
    if (last !== null)
      return {
        cursor: formatCursor({ ...at, after: last, sealedInPass: at.sealedInPass + sealed }),
        done: sealed,
      };
    const left = await this.total(uid);
    if (left === 0) {
      await analyze(this.strapi, [type.table, BLIND_INDEX, DATA_KEYS]);
      await this.states.publishSealed(type);
      return { cursor: null, done: sealed };
    }
    // Others held rows, or brought some in below the cursor: once more, unless waiting for all of them changed nothing.
    if (at.sealedInPass > 0 || at.pass === 0)
      return { cursor: formatCursor({ after: 0, sealedInPass: 0, pass: at.pass + 1 }), done: 0 };
    throw new GdprError(
      'record-not-authentic',
      `${String(left)} records of ${uid} hold values that wait to be sealed beside a sealed record that does not ` +
        `open, and were left as they are: "strapi-gdpr scan --type ${uid}" lists them.`,
    );
  }

  private async sealBatch(
    type: ProtectedType,
    at: Position,
  ): Promise<{
    readonly last: number | null;
    readonly sealed: number;
    readonly duplicates: readonly Duplicate[];
  }> {
    await this.index.hold();
    const rows = await this.lockPending(type, at);
    const last = rows.at(-1)?.id ?? null;
    if (type.isComponent) {
      await this.components.settleExisting(
        type,
        rows.map(({ id }) => id),
      );
      return { last, sealed: rows.length, duplicates: [] };
    }
    const pending = await this.openMany(type, rows);
    const duplicates = pending.length === 0 ? [] : await this.sealRows(type, pending);
    return { last, sealed: pending.length, duplicates };
  }

  private async lockPending(type: ProtectedType, { after, pass }: Position): Promise<StoredRow[]> {
    const most = BATCH[dialectOf(this.strapi)];
    const size = this.sizes.get(type.uid) ?? most;
    const from = await tables(this.strapi);
    const query = from(type.table)
      .select(columnsOf(this.strapi, type))
      .where('id', '>', after)
      .where((one) => wherePending(one, type))
      .orderBy('id')
      .limit(size);
    // Nobody who writes meanwhile is made to wait for a thousand rows; who holds one is passed over the first time.
    const lock = pass === 0 ? lockFreeRows : lockRows;
    const rows = (await lock(this.strapi, query)) as StoredRow[];
    const text = rows.reduce(
      (sum, row) =>
        sum +
        Object.values(row).reduce<number>(
          (all, value) => all + (typeof value === 'string' ? value.length : 8),
          0,
        ),
      0,
    );
    if (text > BATCH_TEXT) this.sizes.set(type.uid, Math.max(1, Math.floor(size / 2)));
    else if (text < BATCH_TEXT / 4) this.sizes.set(type.uid, Math.min(most, size * 2));
    return rows;
  }

  /** Rows whose sealed record does not open are left out: sealing over it would lose it. */
  private async openMany(type: ProtectedType, rows: readonly StoredRow[]): Promise<Pending[]> {
    const envelopes = rows.map(({ sealed }) => (sealed === null ? null : decodeEnvelope(sealed)));
    const keys = await this.keys.load(
      envelopes.flatMap((envelope) => (envelope === null ? [] : [envelope.keyName])),
    );
    return rows.flatMap((row, at): Pending[] => {
      const envelope = envelopes[at] ?? null;
      const key = envelope === null ? undefined : keys.get(envelope.keyName);
      const stored = storedRecord(type, row, envelope, key);
      return stored === null
        ? []
        : [{ row, documentId: placeIn(type, row) ?? recordName(type, row), stored }];
    });
  }

  private async sealRows(type: ProtectedType, pending: readonly Pending[]): Promise<readonly Duplicate[]> {
    const answers = await this.resolveSubjects(type, pending);
    const active = await this.keys.activeOfMany(pending.flatMap((_one, at) => answers[at]?.subject ?? []));
    const names = pending.map(({ stored }, at): KeyName | null => {
      const subject = answers[at]?.subject ?? null;
      if (stored.keyName !== null && stored.subject === subject) return stored.keyName;
      return subject === null ? null : (active.get(subject) ?? null);
    });
    const known = await this.keys.load(names.filter((name) => name !== null));
    // No await from here to the last record: a key may be wiped at the next turn of the event loop.
    const made = new Map<string, DataKey>();
    const fresh: DataKey[] = [];
    const sealed = pending.map((one, at): Sealed => {
      const answer = answers[at] ?? { subject: null };
      const name = names[at] ?? null;
      const stored = name === null ? undefined : known.get(name);
      let key = stored === DESTROYED ? undefined : stored;
      if (key === undefined) {
        key = answer.subject === null ? undefined : made.get(answer.subject);
        if (key === undefined) {
          key = DataKey.generate(answer.subject);
          fresh.push(key);
          if (answer.subject !== null) made.set(answer.subject, key);
        }
      }
      return this.sealOne(type, one, answer, key);
    });
    await this.keys.storeMany(fresh);
    const duplicates = await this.writeIndex(type, sealed);
    await this.writeRows(type, sealed);
    await this.settleComponents(type, sealed);
    return duplicates;
  }

  /** What stands in a record follows it under its key. */
  private async settleComponents(type: ProtectedType, sealed: readonly Sealed[]): Promise<void> {
    const carrier = this.types.componentsIn(type.uid);
    if (carrier === undefined) return;
    for (const { pending, answer, keyName: name } of sealed) {
      const owner = { subject: answer.subject, keyName: name };
      await this.components.settle(carrier, pending.row.id, owner);
    }
  }

  private sealOne(type: ProtectedType, pending: Pending, answer: SubjectAnswer, key: DataKey): Sealed {
    const { row, documentId, stored } = pending;
    const variant = claimsOf(type, row.locale, row.published_at);
    return {
      pending,
      answer,
      keyName: key.name,
      sealed: sealRecord(stored.values, key, this.suite, { uid: type.uid, documentId }),
      before:
        row.sealed === null
          ? NOTHING_INDEXED
          : this.index.entriesOf(type, stored.indexed, stored.subject, variant),
      after: this.index.entriesOf(type, stored.values, answer.subject, variant),
    };
  }

  /** Who has a data subject keeps it; the others are asked for together. */
  private async resolveSubjects(
    type: ProtectedType,
    pending: readonly Pending[],
  ): Promise<readonly SubjectAnswer[]> {
    const open = pending.filter(({ stored }) => stored.subject === null);
    const relations = new Map<string, ReadonlyMap<number, number>>();
    for (const name of subjectRelations(type)) {
      const rows = open.map(({ row }) => row);
      relations.set(name, await relatedRows(this.strapi, type, name, rows));
    }
    const questions = open.map(({ row, documentId, stored }) => ({
      type,
      documentId,
      values: stored.values,
      data: {
        ...this.subjectId(type, row, stored.values),
        ...Object.fromEntries([...relations].map(([name, related]) => [name, related.get(row.id) ?? null])),
      },
      before: null,
    }));
    const answers = await this.subjects.resolveMany(type, questions);
    const byRow = new Map(open.map(({ row }, at) => [row.id, answers[at]] as const));
    return pending.map(({ row, stored }) => byRow.get(row.id) ?? { subject: stored.subject });
  }

  private subjectId(type: ProtectedType, row: StoredRow, values: ProtectedValues): Record<string, unknown> {
    const { subject } = type;
    if (subject === null || !('id' in subject)) return {};
    if (type.attributes.has(subject.id)) return { [subject.id]: values[subject.id] };
    const attribute = this.strapi.db.metadata.get(type.uid).attributes[subject.id];
    const column = attribute !== undefined && 'columnName' in attribute ? attribute.columnName : undefined;
    return { [subject.id]: row[column ?? subject.id] };
  }

  private async writeIndex(type: ProtectedType, sealed: readonly Sealed[]): Promise<readonly Duplicate[]> {
    const rows = ({ pending }: Sealed, { tokens }: IndexEntries): (Row & TokenOf)[] =>
      tokens.map(({ scope, token }) => ({ scope, token, entity_id: pending.row.id }));
    const stale = sealed.flatMap((one) => {
      const stays = new Set(one.after.tokens.map(tokenText));
      return rows(one, {
        ...one.before,
        tokens: one.before.tokens.filter((token) => !stays.has(tokenText(token))),
      });
    });
    await deleteTokens(this.strapi, stale);
    await insertTokensIfAbsent(
      this.strapi,
      sealed.flatMap((one) => rows(one, one.after)),
    );
    const claims = sealed.flatMap(({ pending, after }) =>
      after.unique.map((entry): Claim & { attribute: string; documentId: string } => ({
        ...entry,
        entityId: pending.row.id,
        documentId: pending.documentId,
      })),
    );
    const taken = await claimIfFree(this.strapi, claims);
    return taken.map(({ attribute, documentId }) => ({ uid: type.uid, attribute, documentId }));
  }

  private async writeRows(type: ProtectedType, sealed: readonly Sealed[]): Promise<void> {
    const links = new Map<string, string>();
    for (const name of new Set(sealed.flatMap(({ answer }) => Object.keys(answer.assign ?? {})))) {
      const storage = relationStorage(this.strapi, type, name);
      if (storage?.kind === 'column') links.set(name, storage.column);
      if (storage?.kind === 'table') {
        const { name: table, joinColumn, inverseJoinColumn } = storage.table;
        const rows = sealed.flatMap(({ pending, answer }): Row[] => {
          const related = answer.assign?.[name];
          if (typeof related !== 'number') return [];
          return [{ [joinColumn.name]: pending.row.id, [inverseJoinColumn.name]: related }];
        });
        await insertMissingRows(this.strapi, table, rows);
      }
    }
    const nulls = Object.fromEntries([...type.attributes.values()].map(({ column }) => [column, null]));
    await updateMany(
      this.strapi,
      type.table,
      sealed.map(({ pending, sealed: envelope, answer }) => ({
        id: pending.row.id,
        [SEALED]: envelope,
        ...Object.fromEntries(
          [...links].map(([name, column]) => {
            const related = answer.assign?.[name] ?? pending.row[column];
            return [column, typeof related === 'number' ? related : null];
          }),
        ),
      })),
      nulls,
    );
  }

  private typeNamed(uid: string): ProtectedType {
    const type = this.types.get(uid);
    if (type !== undefined) return type;
    throw new GdprError('command-refused', `${uid} is no type with protected attributes: annotate it first.`);
  }
}

interface TokenOf {
  readonly scope: number;
  readonly token: Buffer;
  readonly entity_id: number;
}

const tokenText = ({ scope, token }: { scope: number; token: Buffer }): string =>
  `${String(scope)}:${token.toString('latin1')}`;

/** Where the next batch begins, how many this pass through the table has sealed, and which pass it is. */
interface Position {
  readonly after: number;
  readonly sealedInPass: number;
  readonly pass: number;
}

function parseCursor(cursor: string | null): Position {
  const [after = 0, sealedInPass = 0, pass = 0] = (cursor ?? '').split(':').map(Number);
  return { after, sealedInPass, pass };
}

function formatCursor({ after, sealedInPass, pass }: Position): string {
  return [after, sealedInPass, pass].join(':');
}
