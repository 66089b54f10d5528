import { randomUUID } from 'node:crypto';

import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { insertRows, raw, qualified, tables } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { GdprError } from '../../platform/errors';
import { parseEntry } from '../entry/entry';
import { readCheckpoint, signCheckpoint } from '../log/checkpoint';
import { leafHash } from '../log/merkle-tree';
import { type Tile, TILE_WIDTH, type TileTree } from '../log/tile-tree';

import { Checkpoints } from './checkpoints';
import type { RecordDirectory } from './record-directory';
import { decoded, type DecodedEntry, type SegmentRow, summarise } from './segments';
import type { SigningKeys } from './signing-keys';
import { LOCK, LOG, QUEUE, SEGMENTS, TILES, withGateOpen } from './tables';
import type { TreeStore } from './tree-store';

/** Entries sealed in one transaction. */
const BATCH = 4_096;
/** Rows of one INSERT, and ids of one DELETE. */
const ROWS = 500;

interface Queued {
  readonly id: number | string;
  readonly entry: string;
  readonly payload: string | null;
}

/** The log as this process last left it. */
interface Head {
  readonly tree: TileTree;
  /** Entries behind the last full tile, for the summary it will get; `null` for what is no entry of ours. */
  readonly open: readonly (DecodedEntry | null)[];
}

/**
 * Takes entries out of the queue, gives each its place in the log, and publishes checkpoints. Everything of a batch is
 * one transaction, which begins by writing the lock's row: one sealer at a time on every database, and one that is
 * killed leaves nothing half done. Order is the order of sealing; no clock has a say in it.
 */
export class Sealer {
  private readonly holder = randomUUID();
  private readonly checkpoints: Checkpoints;
  private head: Head | null = null;
  /** What needs no looking at the database again: the log is sealed and published up to here. */
  private published = -1;

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly store: TreeStore,
    private readonly keys: SigningKeys,
    private readonly directory: RecordDirectory,
    private readonly checkpointInterval: number,
  ) {
    this.checkpoints = new Checkpoints(strapi);
  }

  /**
   * Seals a batch, and publishes a checkpoint when one is due.
   *
   * @param now publishes whether it is due or not
   * @returns how many entries were sealed
   * @throws GdprError `audit-log-broken` when the stored log is not the one the last checkpoint speaks of: nothing is
   * signed then
   */
  async run({ now = false } = {}): Promise<number> {
    if (!(await this.hasWork())) return 0;
    const sealed = await this.strapi.db.transaction(async () => {
      const from = await tables(this.strapi);
      await from(LOCK).where({ id: 1 }).update({ holder: this.holder });
      const head = await this.currentHead();
      const queued = (await from(QUEUE)
        .select('id', 'entry', 'payload')
        .orderBy('id')
        .limit(BATCH)) as Queued[];
      const batch = await this.append(head, queued);
      const published = await this.publish(batch.head.tree, queued.length < BATCH && now);
      return { ...batch, published, count: queued.length };
    });
    // Only now: a rolled back batch has never been.
    this.head = sealed.head;
    sealed.remember();
    this.published = sealed.published;
    return sealed.count;
  }

  /** Seals everything that waits and publishes a checkpoint over it. */
  async complete(): Promise<void> {
    while ((await this.run({ now: true })) > 0);
  }

  private async hasWork(): Promise<boolean> {
    const from = await tables(this.strapi);
    if ((await from(QUEUE).select('id').first()) !== undefined) return true;
    return this.published !== (await this.store.size());
  }

  private async append(
    head: Head,
    queued: readonly Queued[],
  ): Promise<{ readonly head: Head; readonly remember: () => void }> {
    if (queued.length === 0) return { head, remember: () => undefined };
    const leaves = queued.map(({ entry }) => leafHash(Buffer.from(entry, 'utf8')));
    const { tree, tiles } = head.tree.append(leaves);
    const rows = queued.map(({ entry, payload }, at) => ({ idx: head.tree.size + at, entry, payload }));
    for (const part of chunk(rows, ROWS)) await insertRows(this.strapi, LOG, part);
    await this.insertTiles(tiles);
    const entries = queued.map(({ entry }) => decodedEntry(entry));
    const { segments, open } = segmentsOf(head, entries);
    for (const part of chunk(segments, ROWS))
      await insertRows(
        this.strapi,
        SEGMENTS,
        part.map((row) => ({ ...row })),
      );
    const { remember } = await this.directory.learn(entries.filter((entry) => entry !== null));
    await this.dequeue(queued);
    const from = await tables(this.strapi);
    await from(LOCK).where({ id: 1 }).update({ size: tree.size, hashes: tree.openLeaves });
    return { head: { tree, open }, remember };
  }

  private async insertTiles(tiles: readonly Tile[]): Promise<void> {
    const rows = tiles.map(({ level, tile, root, hashes }) => ({ level, tile, root, hashes }));
    for (const part of chunk(rows, 50)) await insertRows(this.strapi, TILES, part);
  }

  /** By id and not by range: an entry with a lower id may have been committed in the meantime. */
  private async dequeue(queued: readonly Queued[]): Promise<void> {
    await withGateOpen(this.strapi, async () => {
      for (const part of chunk(queued, ROWS)) {
        const ids = part.map(({ id }) => String(Number(id))).join(',');
        await raw(this.strapi, `DELETE FROM ?? WHERE id IN (${ids})`, [qualified(this.strapi, QUEUE)]);
      }
    });
  }

  /** @returns the size up to which a checkpoint is published */
  private async publish(tree: TileTree, now: boolean): Promise<number> {
    const last = await this.checkpoints.last();
    if (tree.size === 0) return 0;
    const { signer } = await this.keys.current();
    const isSignedByCurrent = last !== null && 'checkpoint' in readCheckpoint(last.note, [signer.verifier]);
    if (last?.size === tree.size && isSignedByCurrent) return tree.size;
    const age = last === null ? Infinity : clock.now().getTime() - last.createdAt.getTime();
    // A clock that went back must not keep checkpoints away until it has caught up.
    if (!now && age >= 0 && age < this.checkpointInterval) return last?.size ?? 0;
    const previous = last === null || isSignedByCurrent ? null : await this.keys.previous();
    const checkpoint = { origin: signer.verifier.name, size: tree.size, root: tree.root() };
    const signers = previous === null ? [signer] : [signer, previous];
    await this.checkpoints.add(tree.size, signCheckpoint(checkpoint, signers));
    return tree.size;
  }

  /** The log's end: as this process left it, or read anew when another has sealed since. */
  private async currentHead(): Promise<Head> {
    const size = await this.store.size();
    if (this.head?.tree.size === size) return this.head;
    await this.assertUnbroken(size);
    const begin = size - (size % TILE_WIDTH);
    const open = (await this.store.entries(begin, size)).map(({ data }) =>
      data === null ? null : decodedEntry(data),
    );
    return { tree: await this.store.load(size), open };
  }

  /**
   * A log never signs a checkpoint that does not continue the one before. Whoever changed the stored log would otherwise
   * have the real key put under it.
   */
  private async assertUnbroken(size: number): Promise<void> {
    const last = await this.checkpoints.last();
    if (last === null) return;
    const reading = readCheckpoint(last.note, await this.keys.verifiers());
    if ('fault' in reading) throw broken(`the last checkpoint is not to be believed: ${reading.fault}`);
    const { checkpoint } = reading;
    if (checkpoint.size > size) throw broken(`entry ${String(size)} and those after it are missing`);
    if (!(await this.store.root(checkpoint.size)).equals(checkpoint.root)) {
      throw broken('what is stored does not have the root of the last checkpoint');
    }
  }
}

function decodedEntry(data: string): DecodedEntry | null {
  const entry = parseEntry(data);
  return entry === null ? null : decoded(entry);
}

/** The summaries of the tiles that these entries fill up, and what is left for the next one. */
function segmentsOf(
  { tree, open }: Head,
  entries: readonly (DecodedEntry | null)[],
): { readonly segments: readonly SegmentRow[]; readonly open: readonly (DecodedEntry | null)[] } {
  const segments: SegmentRow[] = [];
  const first = Math.floor(tree.size / TILE_WIDTH);
  let pending = [...open];
  for (const entry of entries) {
    pending.push(entry);
    if (pending.length < TILE_WIDTH) continue;
    const known = pending.filter((one) => one !== null);
    segments.push(summarise(first + segments.length, known));
    pending = [];
  }
  return { segments, open: pending };
}

function broken(what: string): GdprError {
  return new GdprError(
    'audit-log-broken',
    `The audit trail was changed behind the sealer: ${what}. Nothing is sealed or signed until somebody has looked; run strapi-gdpr audit export and strapi-gdpr audit verify.`,
  );
}
