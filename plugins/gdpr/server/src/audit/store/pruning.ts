import type { Core } from '@strapi/types';

import { inTransaction, tables } from '../../platform/database/connection';
import { parseEntry } from '../entry/entry';
import { prunedPayloads } from '../entry/payloads';
import { TILE_WIDTH } from '../log/tile-tree';

import { LOG, withGateOpen } from './tables';
import type { TreeStore } from './tree-store';

/** What may not be pruned yet: subjects on legal hold. The rooms above know them and register this. */
export type HoldsSubjects = (subjects: readonly string[]) => Promise<ReadonlySet<string>>;

export interface PruneOptions {
  /** Entries from before this time, ms since 1970. */
  readonly before: number;
  /** Only the sealed old and new values, or the entries themselves as well. */
  readonly what: 'payloads' | 'entries';
}

/**
 * Takes away what is older than it may be kept. The hashes stay, so the log can be verified as before. What is about a
 * data subject on legal hold stays, too.
 *
 * @returns how many entries lost something
 */
export async function prune(
  strapi: Core.Strapi,
  store: TreeStore,
  { before, what }: PruneOptions,
  holds: HoldsSubjects = () => Promise.resolve(new Set()),
): Promise<number> {
  const size = await store.size();
  // The hashes of a tile that is not full yet are not kept apart from its entries.
  const end = what === 'entries' ? size - (size % TILE_WIDTH) : size;
  let pruned = 0;
  for (let begin = 0; begin < end; begin += TILE_WIDTH) {
    const old: Prunable[] = [];
    for (const { index, data, payload } of await store.entries(begin, Math.min(end, begin + TILE_WIDTH))) {
      const entry = data === null ? null : parseEntry(data);
      if (entry === null || entry.time >= before) continue;
      const subjects = (entry.records ?? []).flatMap(({ subjects: of = [] }) => of);
      old.push({ index, payload, subjects });
    }
    const held = await holds([...new Set(old.flatMap(({ subjects }) => subjects))]);
    const free = old.filter(({ subjects }) => !subjects.some((subject) => held.has(subject)));
    pruned += await inTransaction(strapi, () => take(strapi, free, what));
  }
  return pruned;
}

interface Prunable {
  readonly index: number;
  readonly payload: string | null;
  readonly subjects: readonly string[];
}

async function take(
  strapi: Core.Strapi,
  entries: readonly Prunable[],
  what: PruneOptions['what'],
): Promise<number> {
  const concerned = entries.filter(
    ({ payload }) => what === 'entries' || (payload !== null && prunedPayloads(payload) !== payload),
  );
  if (concerned.length === 0) return 0;
  return withGateOpen(strapi, async () => {
    const from = await tables(strapi);
    for (const { index, payload } of concerned) {
      const left =
        what === 'entries' ? { entry: null, payload: null } : { payload: prunedPayloads(payload ?? '') };
      await from(LOG).where({ idx: index }).update(left);
    }
    return concerned.length;
  });
}
