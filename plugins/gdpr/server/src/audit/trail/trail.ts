import type { Core } from '@strapi/types';

import { tables } from '../../platform/database/connection';
import { decodeEnvelope, DESTROYED, keyName, openRecord, type Vault } from '../../vault';
import { type AuditEntry, parseEntry } from '../entry/entry';
import { decodePayloads } from '../entry/payloads';
import { unpackIds } from '../entry/record-ids';
import { TILE_WIDTH } from '../log/tile-tree';
import { PAYLOAD_PLACE } from '../recorder/changes';
import type { AttributeSchemas } from '../store/attribute-schemas';
import type { RecordDirectory } from '../store/record-directory';
import { matches, mayMatch, type SegmentRow, type TrailFilter } from '../store/segments';
import { QUEUE, SEGMENTS } from '../store/tables';
import type { TreeStore } from '../store/tree-store';

/** What the trail is asked for; `person` and `document` are told by their `documentId`s. */
export interface TrailQuery extends Omit<TrailFilter, 'about'> {
  readonly person?: string;
  readonly document?: string;
  /** Only entries before this one; where the page before ended. */
  readonly before?: number;
  readonly limit: number;
}

/** Records of an entry, spelt out. */
export interface RecordsView {
  readonly type: string;
  readonly change: 'create' | 'update' | 'delete' | null;
  readonly count: number;
  readonly attributes: readonly string[];
  /** The first of them; `documentId` is `null` for a record of which nothing is known any more. */
  readonly records: readonly {
    readonly id: number;
    readonly documentId: string | null;
    readonly person: string | null;
  }[];
}

export interface EntryView extends Omit<AuditEntry, 'v' | 'records' | 'payload'> {
  readonly index: number;
  readonly records: readonly RecordsView[];
  /** Whether old and new values are kept beside it. */
  readonly hasValues: boolean;
}

export interface TrailPage {
  readonly entries: readonly EntryView[];
  /** Where the next page begins; `null` when there is none. */
  readonly next: number | null;
  /** Entries in the log. */
  readonly size: number;
}

/** Old and new values of one record of a change. */
export interface ValuesView {
  readonly type: string;
  readonly documentId: string | null;
  readonly change: string;
  /** Why a record was unmasked. */
  readonly reason?: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Values that are gone say why. */
export type ValuesOutcome = ValuesView | { readonly gone: 'pruned' | 'erased' | 'not-authentic' };

/** Records spelt out of one set at most. */
const SPELT_OUT = 100;
/** Summaries looked at in one query. */
const SEGMENTS_PER_QUERY = 64;

/** Finds and spells out entries of the log, the newest first. */
export class Trail {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly vault: Vault,
    private readonly store: TreeStore,
    private readonly directory: RecordDirectory,
    private readonly schemas: AttributeSchemas,
  ) {}

  async find(query: TrailQuery): Promise<TrailPage> {
    const filter = await this.filterOf(query);
    const size = await this.store.size();
    const before = Math.min(query.before ?? size, size);
    const found: { readonly index: number; readonly entry: AuditEntry }[] = [];
    for await (const { begin, end } of this.candidates(filter, before)) {
      const rows = await this.store.entries(begin, end);
      for (const { index, data } of rows.reverse()) {
        const entry = data === null ? null : parseEntry(data);
        if (entry !== null && matches(filter, entry)) found.push({ index, entry });
        if (found.length > query.limit) break;
      }
      if (found.length > query.limit) break;
    }
    const page = found.slice(0, query.limit);
    const next = found.length > query.limit ? (page.at(-1)?.index ?? null) : null;
    return { entries: await this.views(page), next, size };
  }

  /** @returns `null` when there is no such entry, or it was pruned */
  async one(index: number): Promise<EntryView | null> {
    const [row] = await this.store.entries(index, index + 1);
    const entry = row?.data == null ? null : parseEntry(row.data);
    if (entry === null) return null;
    return (await this.views([{ index, entry }]))[0] ?? null;
  }

  /** Old and new values of an entry. Whoever shows them has to record that. */
  async values(index: number): Promise<ValuesOutcome[]> {
    const [row] = await this.store.entries(index, index + 1);
    const event = row?.data == null ? undefined : parseEntry(row.data)?.id;
    if (row === undefined || event === undefined) return [];
    const payloads = decodePayloads(row.payload).map(({ sealed }, ordinal) => ({
      envelope: sealed === null ? null : decodeEnvelope(sealed),
      isPruned: sealed === null,
      place: { uid: PAYLOAD_PLACE, documentId: `${event}/${String(ordinal)}` },
    }));
    const names = payloads.flatMap(({ envelope }) => (envelope === null ? [] : [envelope.keyName]));
    const keys = await this.vault.keys.load(new Set(names));
    // No await in here: the keys are only good until the next turn of the event loop.
    return payloads.map(({ envelope, isPruned, place }): ValuesOutcome => {
      if (isPruned) return { gone: 'pruned' };
      const key = envelope === null ? undefined : keys.get(envelope.keyName);
      if (key === DESTROYED) return { gone: 'erased' };
      const values = envelope === null || key === undefined ? null : openRecord(envelope, key, place);
      return values === null ? { gone: 'not-authentic' } : valuesView(values);
    });
  }

  /** Which of these keys old and new values of a person are sealed under. */
  async keysInUse(person: string, keyIds: readonly Buffer[]): Promise<Buffer[]> {
    const wanted = new Set(keyIds.map((id) => keyName(id)));
    const used = new Set<string>();
    const look = (payload: string | null): void => {
      for (const { sealed } of decodePayloads(payload)) {
        const envelope = sealed === null ? null : decodeEnvelope(sealed);
        if (envelope !== null) used.add(envelope.keyName);
      }
    };
    const from = await tables(this.strapi);
    const queued = (await from(QUEUE).select('payload').whereNotNull('payload')) as { payload: string }[];
    for (const { payload } of queued) look(payload);
    const subjects = new Set([person]);
    const filter: TrailFilter = { about: { records: new Map(), subjects, documents: new Set() } };
    for await (const { begin, end } of this.candidates(filter, await this.store.size())) {
      if ([...wanted].every((name) => used.has(name))) break;
      for (const { payload } of await this.store.entries(begin, end)) look(payload);
    }
    return keyIds.filter((id) => used.has(keyName(id)));
  }

  /** Every entry about a person, the newest first, however many there are. */
  async *about(person: string): AsyncGenerator<AuditEntry> {
    const filter = await this.filterOf({ person, limit: 0 });
    for await (const { begin, end } of this.candidates(filter, await this.store.size())) {
      for (const { data } of (await this.store.entries(begin, end)).reverse()) {
        const entry = data === null ? null : parseEntry(data);
        if (entry !== null && matches(filter, entry)) yield entry;
      }
    }
  }

  /** Ranges of entries that may match, the newest first: tiles by their summaries, and the one that is not full yet. */
  private async *candidates(
    filter: TrailFilter,
    before: number,
  ): AsyncGenerator<{ readonly begin: number; readonly end: number }> {
    let tile = Math.floor(before / TILE_WIDTH);
    if (before % TILE_WIDTH > 0) yield { begin: tile * TILE_WIDTH, end: before };
    while (tile > 0) {
      const from = await tables(this.strapi);
      const rows = (await from(SEGMENTS)
        .where('tile', '<', tile)
        .orderBy('tile', 'desc')
        .limit(SEGMENTS_PER_QUERY)) as SegmentRow[];
      if (rows.length === 0) return;
      for (const row of rows) {
        const begin = Number(row.tile) * TILE_WIDTH;
        if (mayMatch(filter, row)) yield { begin, end: begin + TILE_WIDTH };
      }
      tile = Number(rows.at(-1)?.tile ?? 0);
    }
  }

  private async filterOf({ person, document, type, ...rest }: TrailQuery): Promise<TrailFilter> {
    const filter = { ...rest, type };
    if (person === undefined && document === undefined) return filter;
    const records = new Map<string, Set<number>>(
      person === undefined ? [] : await this.directory.recordsOfSubject(person),
    );
    if (document !== undefined) {
      const types = type === undefined ? this.vault.types.all().map(({ uid }) => uid) : [type];
      for (const uid of types) {
        const ids = await this.directory.idsOfDocument(uid, document);
        if (ids.length > 0) records.set(uid, new Set([...(records.get(uid) ?? []), ...ids]));
      }
    }
    // Refusals, unmaskings and looks at old values tell records by their documents.
    const documents = new Set(person === undefined ? [] : await this.directory.documentsOfSubject(person));
    if (document !== undefined) documents.add(document);
    return {
      ...filter,
      about: { records, subjects: new Set(person === undefined ? [] : [person]), documents },
    };
  }

  private async views(
    found: readonly { readonly index: number; readonly entry: AuditEntry }[],
  ): Promise<EntryView[]> {
    const views: EntryView[] = [];
    for (const { index, entry } of found) {
      const { v: _version, records = [], payload, ...rest } = entry;
      const sets: RecordsView[] = [];
      for (const set of records) sets.push(await this.recordsView(set));
      views.push({ ...rest, index, records: sets, hasValues: payload !== undefined });
    }
    return views;
  }

  private async recordsView(set: NonNullable<AuditEntry['records']>[number]): Promise<RecordsView> {
    const ids = unpackIds(set.ids) ?? [];
    const shown = ids.slice(0, SPELT_OUT);
    const known = await this.directory.documents(set.type, shown);
    return {
      type: set.type,
      change: set.change ?? null,
      count: ids.length,
      attributes: set.attributes === undefined ? [] : await this.schemas.names(set.attributes),
      records: shown.map((id) => {
        const record = known.get(id);
        return { id, documentId: record?.document ?? null, person: record?.subject ?? null };
      }),
    };
  }
}

function valuesView(values: Readonly<Record<string, unknown>>): ValuesView {
  const object = (value: unknown): Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  return {
    type: String(values['uid']),
    documentId: typeof values['documentId'] === 'string' ? values['documentId'] : null,
    change: String(values['kind']),
    ...(typeof values['reason'] === 'string' ? { reason: values['reason'] } : {}),
    before: object(values['before']),
    after: object(values['after']),
  };
}
