import type { Core } from '@strapi/types';

import { lockRows, tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';
import { GdprError } from '../platform/errors';

import { normaliseValue } from './attribute-codec';
import type { BlindIndex, IndexEntries } from './blind-index/blind-index';
import type { DataKey } from './data-key';
import { DESTROYED, type DataKeys } from './data-keys';
import { decodeEnvelope, keyName, type KeyName } from './envelope';
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
}

/** A stored record, opened. */
export interface StoredRecord {
  readonly documentId: string;
  readonly values: ProtectedValues;
  readonly subject: string | null;
  readonly keyName: KeyName;
}

interface StoredRow {
  readonly id: number;
  readonly document_id?: string;
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
    const documentId = documentIdOf(this.strapi, type, data);
    const values = this.valuesOf(type, this.withDefaults(type, data));
    const answer = await this.subjects.resolve({ type, documentId, values, data, before: null });
    const key = await this.keyFor(answer);
    const sealed = sealRecord(values, key, this.suite, { uid: type.uid, documentId });
    return {
      data: { ...this.unprotected(type, data), ...answer.assign, documentId, [SEALED]: sealed },
      entries: this.index.entriesOf(
        type,
        values,
        answer.subject,
        variantOf(type, data['locale'], data['publishedAt']),
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
      entries: this.index.entriesOf(type, values, key.subject, ''),
    };
  }

  /**
   * Reads, merges and seals one row under its lock, so that of several partial updates at once none is lost.
   *
   * @returns `null` when the row is gone
   * @throws GdprError `record-not-authentic` when what is stored does not open: merging into it would lose it for good
   */
  async sealChange(type: ProtectedType, id: number, data: EntityData): Promise<SealedUpdate | null> {
    const from = await tables(this.strapi);
    const row = (await lockRows(this.strapi, from(type.table).select('*').where({ id }).first())) as
      StoredRow | undefined;
    if (row === undefined) return null;
    const documentId = row.document_id ?? String(id);
    const stored = await this.openRow(type, row, documentId);
    const changes = this.valuesOf(type, data);
    const values = { ...stored.values, ...changes };
    const answer = await this.subjects.resolve({ type, documentId, values, data, before: stored });
    const stays = stored.keyName !== null && answer.subject === stored.subject;
    const key = (stays ? await this.loadKey(stored.keyName) : null) ?? (await this.keyFor(answer));
    const variant = variantOf(type, row.locale, row.published_at);
    return {
      id,
      documentId,
      columns: {
        ...answer.assign,
        ...nulls(type),
        [SEALED]: sealRecord(values, key, this.suite, { uid: type.uid, documentId }),
      },
      before: {
        values: stored.values,
        entries: this.index.entriesOf(type, stored.values, stored.subject, variant),
      },
      after: { values, entries: this.index.entriesOf(type, values, answer.subject, variant) },
      subject: answer.subject,
      keyName: key.name,
    };
  }

  /** Stored rows with the index entries they have, by id; rows that do not open are left out. */
  async openWithEntries(
    type: ProtectedType,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, StoredRecord & { readonly entries: IndexEntries }>> {
    const records = new Map<number, StoredRecord & { readonly entries: IndexEntries }>();
    for (const [id, record] of await this.openMany(type, ids)) {
      records.set(id, { ...record, entries: this.index.entriesOf(type, record.values, record.subject, '') });
    }
    return records;
  }

  /** Opens many rows by id. Rows that do not open are left out. */
  async openMany(type: ProtectedType, ids: readonly number[]): Promise<ReadonlyMap<number, StoredRecord>> {
    const opened = new Map<number, StoredRecord>();
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const columns = type.isComponent ? ['id', SEALED] : ['id', 'document_id', SEALED];
      const rows = (await from(type.table).select(columns).whereIn('id', part)) as StoredRow[];
      const envelopes = rows.map(({ sealed }) => (sealed === null ? null : decodeEnvelope(sealed)));
      const keys = await this.keys.load(
        envelopes.flatMap((envelope) => (envelope ? [keyName(envelope.keyId)] : [])),
      );
      rows.forEach((row, at) => {
        const envelope = envelopes[at] ?? null;
        const key = envelope === null ? undefined : keys.get(keyName(envelope.keyId));
        if (envelope === null || key === undefined || key === DESTROYED) return;
        const documentId = row.document_id ?? String(row.id);
        const values = openRecord(envelope, key, { uid: type.uid, documentId });
        if (values !== null)
          opened.set(row.id, { documentId, values, subject: key.subject, keyName: key.name });
      });
    }
    return opened;
  }

  private async openRow(
    type: ProtectedType,
    row: StoredRow,
    documentId: string,
  ): Promise<{ values: ProtectedValues; subject: string | null; keyName: KeyName | null }> {
    if (row.sealed === null) return { values: this.plaintextOf(type, row), subject: null, keyName: null };
    const envelope = decodeEnvelope(row.sealed);
    const name = envelope === null ? null : keyName(envelope.keyId);
    const key = name === null ? undefined : (await this.keys.load([name])).get(name);
    if (key === DESTROYED) return { values: {}, subject: null, keyName: null };
    const values =
      envelope === null || key === undefined
        ? null
        : openRecord(envelope, key, { uid: type.uid, documentId });
    if (values === null || key === undefined) {
      throw new GdprError(
        'record-not-authentic',
        `The record ${documentId} of ${type.uid} cannot be changed, because what is stored does not authenticate.`,
      );
    }
    return { values, subject: key.subject, keyName: key.name };
  }

  /** A row from before the type was annotated, which still waits to be sealed. */
  private plaintextOf(type: ProtectedType, row: StoredRow): ProtectedValues {
    const values: Record<string, unknown> = {};
    for (const attribute of type.attributes.values()) {
      const value = row[attribute.column];
      if (value !== null && value !== undefined) values[attribute.name] = normaliseValue(attribute, value);
    }
    return values;
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

  private async keyFor(answer: SubjectAnswer): Promise<DataKey> {
    const { subject, isNew = false, keyName: known = null } = answer;
    const cached = await this.loadKey(known);
    if (cached !== null) return cached;
    const active = subject === null || isNew ? null : await this.keys.activeOf(subject);
    if (active !== null) return active;
    return this.keys.create(subject);
  }
}

function nulls(type: ProtectedType): Record<string, null> {
  return Object.fromEntries([...type.attributes.keys()].map((name) => [name, null]));
}

/** Uniqueness in Strapi is per locale, and per draft and published version. */
export function variantOf(type: ProtectedType, locale: unknown, publishedAt: unknown): string {
  const isPublished = type.hasDrafts && publishedAt !== null && publishedAt !== undefined;
  return `${typeof locale === 'string' ? locale : ''}|${isPublished ? 'published' : 'draft'}`;
}

function documentIdOf(strapi: Core.Strapi, type: ProtectedType, data: EntityData): string {
  const given = data['documentId'];
  if (typeof given === 'string' && given !== '') return given;
  const attribute = strapi.db.metadata.get(type.uid).attributes['documentId'];
  const make: unknown = attribute !== undefined && 'default' in attribute ? attribute.default : undefined;
  if (typeof make !== 'function')
    throw new Error(`${type.uid} has no documentId to bind its sealed record to.`);
  return String((make as () => unknown)());
}
