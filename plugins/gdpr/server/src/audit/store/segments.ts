import type { AuditEntry } from '../entry/entry';
import { packIds, unpackIds } from '../entry/record-ids';

/** What the entries of one tile speak of: enough to know that what is looked for is not among them. */
export interface Segment {
  readonly actors: readonly string[];
  readonly actions: readonly string[];
  readonly sources: readonly string[];
  readonly subjects: readonly string[];
  /** Row ids by type, packed. */
  readonly records: Readonly<Record<string, string>>;
}

export interface SegmentRow {
  // PostgreSQL hands out bigints as texts.
  readonly tile: number | string;
  readonly from_time: number | string;
  readonly to_time: number | string;
  readonly summary: string;
}

/** What is looked for. Absent is anything. */
export interface TrailFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly source?: string;
  /** ms since 1970, inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly type?: string;
  /** Records by type; an entry matches that has any of them, or one of the subjects. */
  readonly about?: {
    readonly records: ReadonlyMap<string, ReadonlySet<number>>;
    readonly subjects: ReadonlySet<string>;
    readonly documents: ReadonlySet<string>;
  };
}

/** An entry with the ids of its record sets unpacked, once for all who need them. */
export interface DecodedEntry {
  readonly entry: AuditEntry;
  readonly ids: readonly (readonly number[])[];
}

export function decoded(entry: AuditEntry): DecodedEntry {
  return { entry, ids: (entry.records ?? []).map(({ ids }) => unpackIds(ids) ?? []) };
}

export function summarise(tile: number, entries: readonly DecodedEntry[]): SegmentRow {
  const sets = { actors: new Set<string>(), actions: new Set<string>(), sources: new Set<string>() };
  const subjects = new Set<string>();
  const ids = new Map<string, Set<number>>();
  let from = Infinity;
  let to = 0;
  for (const { entry, ids: idsOfSets } of entries) {
    sets.actors.add(entry.actor);
    sets.actions.add(entry.action);
    sets.sources.add(entry.source);
    from = Math.min(from, entry.time);
    to = Math.max(to, entry.time);
    // A denied or tampered record is known by its documentId alone.
    for (const one of namedIn(entry)) subjects.add(one);
    for (const [at, set] of (entry.records ?? []).entries()) {
      let known = ids.get(set.type);
      if (known === undefined) ids.set(set.type, (known = new Set()));
      for (const id of idsOfSets[at] ?? []) known.add(id);
      for (const subject of set.subjects ?? []) subjects.add(subject);
    }
  }
  const segment: Segment = {
    actors: [...sets.actors],
    actions: [...sets.actions],
    sources: [...sets.sources],
    subjects: [...subjects],
    records: Object.fromEntries([...ids].map(([type, set]) => [type, packIds(set)])),
  };
  const times = { from_time: Number.isFinite(from) ? from : 0, to_time: to };
  return { tile, ...times, summary: JSON.stringify(segment) };
}

/** Whether any entry of a segment may match. */
export function mayMatch(filter: TrailFilter, { from_time, to_time, summary }: SegmentRow): boolean {
  if (filter.from !== undefined && Number(to_time) < filter.from) return false;
  if (filter.to !== undefined && Number(from_time) > filter.to) return false;
  const segment = JSON.parse(summary) as Segment;
  if (filter.actor !== undefined && !segment.actors.includes(filter.actor)) return false;
  if (filter.action !== undefined && !segment.actions.includes(filter.action)) return false;
  if (filter.source !== undefined && !segment.sources.includes(filter.source)) return false;
  if (filter.type !== undefined && segment.records[filter.type] === undefined) {
    // Denials name a type that no record of theirs is of.
    if (!segment.actions.some((action) => action === 'denied' || action === 'tampering')) return false;
  }
  const { about } = filter;
  if (about === undefined) return true;
  if (segment.subjects.some((one) => about.subjects.has(one) || about.documents.has(one))) return true;
  return [...about.records].some(([type, ids]) => anyOf(segment.records[type], ids));
}

/** Whether an entry matches. */
export function matches(filter: TrailFilter, entry: AuditEntry): boolean {
  if (filter.actor !== undefined && entry.actor !== filter.actor) return false;
  if (filter.action !== undefined && entry.action !== filter.action) return false;
  if (filter.source !== undefined && entry.source !== filter.source) return false;
  if (filter.from !== undefined && entry.time < filter.from) return false;
  if (filter.to !== undefined && entry.time > filter.to) return false;
  const sets = entry.records ?? [];
  if (filter.type !== undefined) {
    const isOfType = sets.some(({ type }) => type === filter.type) || entry.details?.['type'] === filter.type;
    if (!isOfType) return false;
  }
  const { about } = filter;
  if (about === undefined) return true;
  if (namedIn(entry).some((one) => about.documents.has(one) || about.subjects.has(one))) return true;
  return sets.some(
    ({ type, ids, subjects = [], documents = [] }) =>
      subjects.some((subject) => about.subjects.has(subject)) ||
      documents.some((one) => about.documents.has(one)) ||
      anyOf(ids, about.records.get(type) ?? new Set()),
  );
}

/** The `documentId`s of records and data subjects that an entry names outside of its record sets. */
function namedIn({ details }: AuditEntry): readonly string[] {
  const { document, documents, subject } = details ?? {};
  return [document, documents, subject].flat().filter((one) => typeof one === 'string');
}

function anyOf(packed: string | undefined, ids: ReadonlySet<number>): boolean {
  if (packed === undefined || ids.size === 0) return false;
  return (unpackIds(packed) ?? []).some((id) => ids.has(id));
}
