import { randomUUID } from 'node:crypto';

import type { Core } from '@strapi/types';

import { lockRows, tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';
import { GdprError } from '../platform/errors';

import { normaliseValue } from './attribute-codec';
import { type BlindIndex, type IndexEntries, NOTHING_INDEXED } from './blind-index/blind-index';
import { claimIfFree } from './blind-index/bulk-entries';
import { readColumn } from './column-codec';
import { type DataKey, UNCLAIMED } from './data-key';
import { DESTROYED, type DataKeys } from './data-keys';
import type { Owner } from './component-owners';
import { decodeEnvelope, type Envelope, type KeyName } from './envelope';
import { type ProtectedType, SEALED } from './protected-types';
import { openRecord, type ProtectedValues, sealRecord } from './record-sealer';
import type { SubjectAnswer, SubjectResolver } from './subject-resolver';
import type { Suite } from './suites';

export type EntityData = Readonly<Record<string, unknown>>;

/** A new record, sealed, and what it will put into the index once it has an id. */
export interface SealedCreate {
  readonly data: EntityData;
  readonly entries: IndexEntries;
  readonly values: ProtectedValues;
  readonly subject: string | null;
  readonly keyName: KeyName;
}

/** A changed record, sealed anew. */
export interface SealedUpdate {
  readonly id: number;
  readonly documentId: string;
  /** The columns to write: `sealed`, NULL for every protected one, and what the subject resolver adds. */
  readonly columns: EntityData;
  readonly before: { readonly entries: IndexEntries; readonly values: ProtectedValues };
  readonly after: { readonly entries: IndexEntries; readonly values: ProtectedValues };
  readonly subject: string | null;
  readonly keyName: KeyName;
  /** Whether the record left the key it was sealed under: then what stands in it has to follow. */
  readonly isRekeyed: boolean;
}

/** A sealed row, opened. */
export interface OpenedRow {
  /** What binds it to its place: the `documentId`; of a component its own place. */
  readonly documentId: string;
  readonly values: ProtectedValues;
  readonly subject: string | null;
  readonly keyName: KeyName;
}

/** What a row held before it was changed. */
export interface StoredRecord {
  /** The protected attributes, wherever they were stored. */
  readonly values: ProtectedValues;
  /** Those of them that the index knows: what was sealed. */
  readonly indexed: ProtectedValues;
  readonly subject: string | null;
  readonly keyName: KeyName | null;
  /** Whether something of it waits to be sealed. */
  readonly isPending: boolean;
  /** Whether it is under a key of its own or of somebody, and not under the one of components that wait for an owner. */
  readonly isClaimed: boolean;
  /** Whether the key was destroyed on purpose. */
  readonly isErased: boolean;
}

export interface StoredRow {
  readonly id: number;
  readonly sealed: string | null;
  readonly locale?: string | null;
  readonly published_at?: unknown;
  readonly [column: string]: unknown;
}

/** Seals records on their way into the database. Everything here runs inside the transaction of the write. */
export class RecordWriter {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly keys: DataKeys,
    private readonly index: BlindIndex,
    private readonly subjects: SubjectResolver,
    private readonly suite: Suite,
  ) {}

  async sealNew(type: ProtectedType, data: EntityData): Promise<SealedCreate> {
    await this.index.hold();
    const documentId = placeFor(this.strapi, type, data);
    const values = this.valuesOf(type, this.withDefaults(type, data));
    const answer = await this.subjects.resolve({ type, documentId, values, data, before: null });
    const key = await this.keyFor(answer, type);
    const sealed = sealRecord(values, key, this.suite, { uid: type.uid, documentId });
    return {
      data: {
        ...this.unprotected(type, data),
        ...answer.assign,
        [type.place.attribute]: documentId,
        [SEALED]: sealed,
      },
      entries: this.index.entriesOf(
        type,
        values,
        answer.subject,
        claimsOf(type, data['locale'], data['publishedAt']),
      ),
      values,
      subject: answer.subject,
      keyName: key.name,
    };
  }

  /** Seals a new record under a key that the caller has made, for rows that are written below Strapi's hooks. */
  sealUnder(
    type: ProtectedType,
    documentId: string,
    values: ProtectedValues,
    key: DataKey,
  ): { readonly sealed: string; readonly entries: IndexEntries } {
    return {
      sealed: sealRecord(values, key, this.suite, { uid: type.uid, documentId }),
      entries: this.index.entriesOf(type, values, key.subject, null),
    };
  }

  /**
   * Reads, merges and seals one row under its lock, so that of several partial updates at once none is lost.
   *
   * @returns `null` when the row is gone
   * @throws GdprError `record-not-authentic` when what is stored does not open: merging into it would lose it for good
   */
  async sealChange(type: ProtectedType, id: number, data: EntityData): Promise<SealedUpdate | null> {
    await this.index.hold();
    const from = await tables(this.strapi);
    const row = (await lockRows(this.strapi, from(type.table).select('*').where({ id }).first())) as
      StoredRow | undefined;
    if (row === undefined) return null;
    const stored = await this.openStored(type, row);
    const documentId = placeIn(type, row) ?? newPlace(this.strapi, type);
    const changes = this.valuesOf(type, data);
    const values = { ...stored.values, ...changes };
    const answer = await this.subjects.resolve({ type, documentId, values, data, before: stored });
    const stays = stored.keyName !== null && answer.subject === stored.subject;
    const key = (stays ? await this.loadKey(stored.keyName) : null) ?? (await this.keyFor(answer, type));
    const publishedAt = 'publishedAt' in data ? data['publishedAt'] : row.published_at;
    const claims = claimsOf(type, row.locale, publishedAt);
    const claimsBefore = claimsOf(type, row.locale, row.published_at);
    const indexed = this.index.entriesOf(type, stored.indexed, stored.subject, claimsBefore);
    return {
      id,
      documentId,
      columns: {
        ...answer.assign,
        ...nulls(type),
        [type.place.attribute]: documentId,
        [SEALED]: sealRecord(values, key, this.suite, { uid: type.uid, documentId }),
      },
      before: {
        values: stored.values,
        entries: stored.isPending
          ? await this.withUnchangedClaims(
              type,
              id,
              indexed,
              { ...values, ...nullsOf(changes) },
              claimsBefore,
            )
          : indexed,
      },
      after: { values, entries: this.index.entriesOf(type, values, answer.subject, claims) },
      subject: answer.subject,
      keyName: key.name,
      isRekeyed: key.name !== stored.keyName,
    };
  }

  /**
   * Seals stored rows anew under the key of their owner, those that are under another.
   *
   * @param owner `null` when they belong to nobody: then each gets a key of its own that has none yet
   */
  async sealUnderOwner(
    type: ProtectedType,
    ids: readonly number[],
    owner: Owner | null,
    { pendingOnly = false }: { readonly pendingOnly?: boolean } = {},
  ): Promise<void> {
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const query = from(type.table).select('*').whereIn('id', part).orderBy('id');
      for (const row of (await lockRows(this.strapi, query)) as StoredRow[]) {
        const stored = await this.openStored(type, row);
        const isOwned = owner === null ? stored.isClaimed : stored.keyName === owner.keyName;
        const isSettled = isOwned && !stored.isPending;
        if (isSettled || stored.isErased || (pendingOnly && !stored.isPending)) continue;
        await this.reseal(type, row, stored, owner);
      }
    }
  }

  private async reseal(
    type: ProtectedType,
    row: StoredRow,
    { values, indexed, subject: before }: StoredRecord,
    owner: Owner | null,
  ): Promise<void> {
    await this.index.hold();
    const place = placeIn(type, row) ?? newPlace(this.strapi, type);
    const subject = owner?.subject ?? null;
    const key = (await this.loadKey(owner?.keyName ?? null)) ?? (await this.keys.create(subject));
    const sealed = sealRecord(values, key, this.suite, { uid: type.uid, documentId: place });
    const columns = Object.fromEntries([...type.attributes.values()].map(({ column }) => [column, null]));
    const from = await tables(this.strapi);
    await from(type.table)
      .where({ id: row.id })
      .update({ ...columns, [type.place.column]: place, [SEALED]: sealed });
    const claims = claimsOf(type, row.locale, row.published_at);
    await this.index.change(
      type,
      row.id,
      this.index.entriesOf(type, indexed, before, claims),
      this.index.entriesOf(type, values, subject, claims),
    );
  }

  /** The name of the key for records of whom the answer names. */
  async keyNameFor(answer: SubjectAnswer): Promise<KeyName> {
    return (await this.keyFor(answer)).name;
  }

  /** The index entries that stored rows have, by id; rows that do not open are left out. */
  async entriesOfStored(
    type: ProtectedType,
    ids: readonly number[],
    opened?: ReadonlyMap<number, OpenedRow>,
  ): Promise<ReadonlyMap<number, IndexEntries>> {
    const entries = new Map<number, IndexEntries>();
    for (const [id, { values, subject }] of opened ?? (await this.openMany(type, ids))) {
      entries.set(id, this.index.entriesOf(type, values, subject, null));
    }
    for (const part of chunk(ids.filter((id) => !entries.has(id)))) {
      const from = await tables(this.strapi);
      const rows = (await from(type.table).select('id').whereIn('id', part).whereNull(SEALED)) as StoredRow[];
      for (const { id } of rows) entries.set(id, NOTHING_INDEXED);
    }
    return entries;
  }

  /** Opens many rows by id. Rows that do not open are left out. */
  async openMany(type: ProtectedType, ids: readonly number[]): Promise<ReadonlyMap<number, OpenedRow>> {
    const opened = new Map<number, OpenedRow>();
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const columns = ['id', type.place.column, SEALED];
      const rows = (await from(type.table).select(columns).whereIn('id', part)) as StoredRow[];
      const envelopes = rows.map(({ sealed }) => (sealed === null ? null : decodeEnvelope(sealed)));
      const keys = await this.keys.load(
        envelopes.flatMap((envelope) => (envelope ? [envelope.keyName] : [])),
      );
      rows.forEach((row, at) => {
        const envelope = envelopes[at] ?? null;
        const key = envelope === null ? undefined : keys.get(envelope.keyName);
        if (envelope === null || key === undefined || key === DESTROYED) return;
        const documentId = placeIn(type, row) ?? '';
        const values = openRecord(envelope, key, { uid: type.uid, documentId });
        if (values !== null)
          opened.set(row.id, { documentId, values, subject: key.subject, keyName: key.name });
      });
    }
    return opened;
  }

  /**
   * Opens one stored row, with what stands in the columns of attributes that were annotated later.
   *
   * @throws GdprError `record-not-authentic`
   */
  async openStored(type: ProtectedType, row: StoredRow): Promise<StoredRecord> {
    const envelope = row.sealed === null ? null : decodeEnvelope(row.sealed);
    const name = envelope === null ? null : envelope.keyName;
    const key = name === null ? undefined : (await this.keys.load([name])).get(name);
    const stored = storedRecord(type, row, envelope, key);
    if (stored !== null) return stored;
    throw new GdprError(
      'record-not-authentic',
      `The record ${recordName(type, row)} of ${type.uid} cannot be changed, because what is stored does not authenticate.`,
    );
  }

  /**
   * A row that is sealed along with an update of something else. Uniqueness is a rule for values that are written: what
   * stood there before is claimed if nobody else has, and is no reason to refuse the update.
   *
   * @returns what counts as indexed before the update
   */
  private async withUnchangedClaims(
    type: ProtectedType,
    id: number,
    indexed: IndexEntries,
    unchanged: ProtectedValues,
    claims: string | null,
  ): Promise<IndexEntries> {
    const { unique } = this.index.entriesOf(type, unchanged, null, claims);
    await claimIfFree(
      this.strapi,
      unique.map((entry) => ({ ...entry, entityId: id })),
    );
    return { ...indexed, unique: [...indexed.unique, ...unique] };
  }

  private valuesOf(type: ProtectedType, data: EntityData): ProtectedValues {
    const values: Record<string, unknown> = {};
    for (const attribute of type.attributes.values()) {
      const value = data[attribute.name];
      if (value !== undefined) values[attribute.name] = normaliseValue(attribute, value);
    }
    return values;
  }

  /** What Strapi itself writes: a column that is not named is NULL, unless a default would fill it in. */
  private unprotected(type: ProtectedType, data: EntityData): EntityData {
    const { attributes } = this.strapi.db.metadata.get(type.uid);
    const rest: Record<string, unknown> = { ...data };
    for (const name of type.names) {
      const attribute = attributes[name];
      if (attribute !== undefined && 'default' in attribute) rest[name] = null;
      else Reflect.deleteProperty(rest, name);
    }
    return rest;
  }

  /** Strapi fills in defaults after the hooks, when the vault has already sealed: so the vault does it itself. */
  private withDefaults(type: ProtectedType, data: EntityData): EntityData {
    const filled: Record<string, unknown> = { ...data };
    const { attributes } = this.strapi.db.metadata.get(type.uid);
    for (const name of type.attributes.keys()) {
      const attribute = attributes[name];
      if (filled[name] !== undefined || attribute === undefined || !('default' in attribute)) continue;
      const preset: unknown = attribute.default;
      filled[name] = typeof preset === 'function' ? (preset as () => unknown)() : preset;
    }
    return filled;
  }

  /** Loaded again right before it is used: a key must not be held over an `await`, after which it may be wiped. */
  private async loadKey(name: KeyName | null): Promise<DataKey | null> {
    const key = name === null ? undefined : (await this.keys.load([name])).get(name);
    return key === undefined || key === DESTROYED ? null : key;
  }

  private async keyFor(answer: SubjectAnswer, type?: ProtectedType): Promise<DataKey> {
    const { isNew = false, keyName: known = null } = answer;
    const subject = answer.subject === null && type?.isComponent === true ? UNCLAIMED : answer.subject;
    const cached = await this.loadKey(known);
    if (cached !== null) return cached;
    const active = subject === null || isNew ? null : await this.keys.activeOf(subject);
    if (active !== null) return active;
    return this.keys.create(subject);
  }
}

/** The values of a row that stand in their own columns: it is not sealed, or was before an attribute was annotated. */
function plaintextOf(type: ProtectedType, row: StoredRow): ProtectedValues {
  const values: Record<string, unknown> = {};
  for (const attribute of type.attributes.values()) {
    const value = readColumn(attribute, row[attribute.column]);
    if (value !== null) values[attribute.name] = value;
  }
  return values;
}

/**
 * What a row holds, sealed or not.
 *
 * @param key what the key store has under the name in the envelope
 * @returns `null` when the sealed record does not open
 */
export function storedRecord(
  type: ProtectedType,
  row: StoredRow,
  envelope: Envelope | null,
  key: DataKey | typeof DESTROYED | undefined,
): StoredRecord | null {
  const columns = plaintextOf(type, row);
  const isPending = row.sealed === null || Object.keys(columns).length > 0;
  const nobody = { values: columns, indexed: {}, subject: null, keyName: null, isPending, isClaimed: false };
  if (row.sealed === null) return { ...nobody, isErased: false };
  if (key === DESTROYED) return { ...nobody, isErased: true };
  const place = { uid: type.uid, documentId: placeIn(type, row) ?? '' };
  const values = envelope === null || key === undefined ? null : openRecord(envelope, key, place);
  if (values === null || key === undefined) return null;
  return {
    values: { ...values, ...columns },
    indexed: values,
    subject: key.subject,
    keyName: key.name,
    isPending,
    isClaimed: !key.isUnclaimed,
    isErased: false,
  };
}

function nullsOf(values: ProtectedValues): Record<string, null> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, null]));
}

function nulls(type: ProtectedType): Record<string, null> {
  return Object.fromEntries([...type.attributes.keys()].map((name) => [name, null]));
}

/**
 * Which records compete for the values of `unique` attributes: Strapi compares within a locale. Drafts compete for
 * nothing (`null`), and components neither, because their draft and published versions hold the same values.
 */
export function claimsOf(type: ProtectedType, locale: unknown, publishedAt: unknown): string | null {
  if (type.isComponent) return null;
  if (type.hasDrafts && (publishedAt === null || publishedAt === undefined)) return null;
  return typeof locale === 'string' ? locale : '';
}

/** What binds a stored row to its place; `null` for a component from before its type was annotated. */
export function placeIn(type: ProtectedType, row: StoredRow): string | null {
  const place = row[type.place.column];
  return typeof place === 'string' ? place : null;
}

/** Names a row in messages: by its `documentId`, or by its number where it has none. */
export function recordName(type: ProtectedType, row: StoredRow): string {
  return (type.isComponent ? null : placeIn(type, row)) ?? `row ${String(row.id)}`;
}

/** A document keeps the id it was given; a component that is copied gets a place of its own. */
function placeFor(strapi: Core.Strapi, type: ProtectedType, data: EntityData): string {
  const given = type.isComponent ? undefined : data['documentId'];
  return typeof given === 'string' && given !== '' ? given : newPlace(strapi, type);
}

function newPlace(strapi: Core.Strapi, type: ProtectedType): string {
  if (type.isComponent) return randomUUID();
  const attribute = strapi.db.metadata.get(type.uid).attributes['documentId'];
  const make: unknown = attribute !== undefined && 'default' in attribute ? attribute.default : undefined;
  if (typeof make !== 'function')
    throw new Error(`${type.uid} has no documentId to bind its sealed record to.`);
  return String((make as () => unknown)());
}
