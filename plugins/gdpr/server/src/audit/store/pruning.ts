import type { Core } from '@strapi/types';

import { tables } from '../../platform/database/connection';
import { retryingConflicts } from '../../platform/database/retry';
import { type AuditEntry, parseEntry } from '../entry/entry';
import { prunedPayloads } from '../entry/payloads';
import { unpackIds } from '../entry/record-ids';
import { TILE_WIDTH } from '../log/tile-tree';
import type { Draft } from '../recorder/draft';

import type { RecordDirectory } from './record-directory';
import { decoded, summarise } from './segments';
import { LOG, SEGMENTS, withGateOpen } from './tables';
import type { TreeStore } from './tree-store';

/** What may not be pruned yet: subjects on legal hold. The rooms above know them and register this. */
export type HoldsSubjects = (subjects: readonly string[]) => Promise<ReadonlySet<string>>;

export interface PruneOptions {
  /** Entries from before this time, ms since 1970. */
  readonly before: number;
  /** Only the sealed old and new values, or the entries themselves as well. */
  readonly what: 'payloads' | 'entries';
}

/** Entries looked at in one transaction: whole tiles, whose summaries are made anew. */
export const PRUNE_STEP = 16 * TILE_WIDTH;

interface Prunable {
  readonly index: number;
  readonly payload: string | null;
  readonly entry: AuditEntry;
}

interface Row {
  readonly idx: number | string;
  readonly entry: string;
  readonly payload: string | null;
}

/**
 * Takes away what is older than it may be kept. The hashes stay, so the log can be verified as before. What is about a
 * data subject on legal hold stays, too. What was taken is an entry in the same transaction: a process that dies leaves
 * both or neither.
 */
export class Pruning {
  holds: HoldsSubjects = () => Promise.resolve(new Set());

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly store: TreeStore,
    private readonly directory: RecordDirectory,
    private readonly record: (draft: Draft) => Promise<void>,
  ) {}

  /** The end of what can be pruned: the hashes of a tile that is not full yet are not kept apart from its entries. */
  async end(what: PruneOptions['what']): Promise<number> {
    const size = await this.store.size();
    return what === 'entries' ? size - (size % TILE_WIDTH) : size;
  }

  /** Prunes the whole log. @returns how many entries lost something */
  async prune(options: PruneOptions): Promise<number> {
    const end = await this.end(options.what);
    let pruned = 0;
    for (let begin = 0; begin < end; begin += PRUNE_STEP)
      pruned += await this.pruneRange(begin, Math.min(end, begin + PRUNE_STEP), options);
    return pruned;
  }

  /** Prunes the entries from `begin` to before `end`. @returns how many entries lost something */
  async pruneRange(begin: number, end: number, options: PruneOptions): Promise<number> {
    if (await this.isYoung(begin, end, options.before)) return 0;
    return retryingConflicts(() =>
      this.strapi.db.transaction(async () => {
        const old = await this.old(begin, end, options);
        const free = await this.notHeld(old, options.what);
        if (free.length === 0) return 0;
        await this.take(free, options.what);
        if (options.what === 'entries') await this.summariseAgain(free);
        const [first, last] = [free[0], free.at(-1)].map((one) => one?.index ?? 0) as [number, number];
        const details = { what: options.what, before: options.before, count: free.length, first, last };
        await this.record({ action: 'prune', details });
        return free.length;
      }),
    );
  }

  /** Whether the summaries of these tiles say that nothing in them is old enough. A missing one says nothing. */
  private async isYoung(begin: number, end: number, before: number): Promise<boolean> {
    if (end % TILE_WIDTH !== 0) return false;
    const from = await tables(this.strapi);
    const young = (await from(SEGMENTS)
      .where('tile', '>=', begin / TILE_WIDTH)
      .where('tile', '<', end / TILE_WIDTH)
      .where('from_time', '>=', before)
      .count({ count: '*' })
      .first()) as { count: number | string };
    return Number(young.count) === (end - begin) / TILE_WIDTH;
  }

  private async old(begin: number, end: number, { before, what }: PruneOptions): Promise<Prunable[]> {
    const from = await tables(this.strapi);
    const query = from(LOG)
      .select('idx', 'entry', 'payload')
      .where('idx', '>=', begin)
      .where('idx', '<', end)
      .whereNotNull('entry')
      .orderBy('idx');
    // Of pruned payloads only hashes are left, each behind a `#`.
    if (what === 'payloads') void query.whereNotNull('payload').whereNot('payload', 'like', '#%');
    return ((await query) as Row[]).flatMap(({ idx, entry: data, payload }) => {
      const entry = parseEntry(data);
      return entry === null || entry.time >= before ? [] : [{ index: Number(idx), payload, entry }];
    });
  }

  private async notHeld(old: readonly Prunable[], what: PruneOptions['what']): Promise<Prunable[]> {
    const subjects = new Map<Prunable, readonly string[]>();
    for (const one of old) subjects.set(one, await this.subjectsOf(one.entry, what));
    const held = await this.holds([...new Set([...subjects.values()].flat())]);
    return old.filter((one) => !(subjects.get(one) ?? []).some((subject) => held.has(subject)));
  }

  /** Whom an entry is about. Entries of reads only say which rows: whose those are or were, the directory knows. */
  private async subjectsOf(
    { records = [], details }: AuditEntry,
    what: PruneOptions['what'],
  ): Promise<string[]> {
    const stated = records.flatMap(({ subjects = [] }) => subjects);
    if (what === 'payloads') return stated;
    const subject = details?.['subject'];
    if (typeof subject === 'string') stated.push(subject);
    for (const { type, ids } of records) {
      const known = await this.directory.documents(type, unpackIds(ids) ?? []);
      for (const one of known.values()) if (one.subject !== null) stated.push(one.subject);
    }
    return stated;
  }

  private async take(entries: readonly Prunable[], what: PruneOptions['what']): Promise<void> {
    await withGateOpen(this.strapi, async () => {
      const from = await tables(this.strapi);
      for (const { index, payload } of entries) {
        const left =
          what === 'entries' ? { entry: null, payload: null } : { payload: prunedPayloads(payload ?? '') };
        await from(LOG).where({ idx: index }).update(left);
      }
    });
  }

  /** The summary of a tile must not go on telling whom and what its pruned entries were about. */
  private async summariseAgain(entries: readonly Prunable[]): Promise<void> {
    const from = await tables(this.strapi);
    for (const tile of new Set(entries.map(({ index }) => Math.floor(index / TILE_WIDTH)))) {
      const left = await this.store.entries(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH);
      const known = left.flatMap(({ data }) => (data === null ? null : parseEntry(data)) ?? []);
      const { tile: _tile, ...summary } = summarise(tile, known.map(decoded));
      await from(SEGMENTS).where({ tile }).update(summary);
    }
  }
}
