import type { Core } from '@strapi/types';

import { tables } from '../../platform/database/connection';
import { GdprError } from '../../platform/errors';
import {
  consistencyProofRanges,
  inclusionProofRanges,
  leafHash,
  type LeafRange,
  rootOfBorder,
  subtreesOf,
  type TreeNode,
} from '../log/merkle-tree';
import { hashOfTile, openHashesOf, type Tile, TILE_WIDTH, TileTree } from '../log/tile-tree';

import { LOCK, LOG, TILES } from './tables';

interface TileRow {
  readonly tile: number | string;
  readonly root: Buffer;
  readonly hashes: Buffer;
}

/** An entry as it stands in the log. */
export interface StoredEntry {
  readonly index: number;
  /** The leaf data. */
  readonly data: string | null;
  /** Its payloads (payloads.ts). */
  readonly payload: string | null;
}

/** Reads hashes of the tree, at any size it has had. */
export class TreeStore {
  constructor(private readonly strapi: Core.Strapi) {}

  /** Entries in the log. */
  async size(): Promise<number> {
    const from = await tables(this.strapi);
    const row = (await from(LOG).max({ last: 'idx' }).first()) as
      { last: number | string | null } | undefined;
    return row?.last == null ? 0 : Number(row.last) + 1;
  }

  /** The tree of the first `size` entries, ready to grow. */
  async load(size: number): Promise<TileTree> {
    const open: Buffer[][] = [];
    for (const [level, { count, tiles }] of openHashesOf(size).entries()) {
      open.push(await this.hashesAt(level, tiles * TILE_WIDTH, count));
    }
    return TileTree.of(size, open);
  }

  async root(size: number): Promise<Buffer> {
    return this.rangeHash({ begin: 0, end: size });
  }

  async inclusionProof(index: number, size: number): Promise<Buffer[]> {
    return this.rangeHashes(inclusionProofRanges(index, size));
  }

  async consistencyProof(earlier: number, size: number): Promise<Buffer[]> {
    return this.rangeHashes(consistencyProofRanges(earlier, size));
  }

  async leafHash(index: number): Promise<Buffer> {
    const [hash] = await this.leafHashes(index, index + 1);
    if (hash === undefined) throw broken(index);
    return hash;
  }

  /** Leaf hashes as the sealer made them. */
  async leafHashes(begin: number, end: number): Promise<Buffer[]> {
    const hashes: Buffer[] = [];
    for (let at = begin; at < end;) {
      const next = Math.min(end, at - (at % TILE_WIDTH) + TILE_WIDTH);
      hashes.push(...(await this.hashesAt(0, at, next - at)));
      at = next;
    }
    return hashes;
  }

  /** Entries in order; `data` is `null` for those that were pruned. Entries that are missing leave a gap. */
  async entries(begin: number, end: number): Promise<StoredEntry[]> {
    const from = await tables(this.strapi);
    const rows = (await from(LOG)
      .select('idx', 'entry', 'payload')
      .where('idx', '>=', begin)
      .where('idx', '<', end)
      .orderBy('idx')) as { idx: number | string; entry: string | null; payload: string | null }[];
    return rows.map(({ idx, entry, payload }) => ({ index: Number(idx), data: entry, payload }));
  }

  /** Full tiles of a level, in order, with their hashes. */
  async tiles(level: number, begin: number, end: number): Promise<Tile[]> {
    const from = await tables(this.strapi);
    const rows = (await from(TILES)
      .select('tile', 'root', 'hashes')
      .where({ level })
      .where('tile', '>=', begin)
      .where('tile', '<', end)
      .orderBy('tile')) as TileRow[];
    return rows.map(({ tile, root, hashes }) => ({ level, tile: Number(tile), root, hashes }));
  }

  private async rangeHashes(ranges: readonly LeafRange[]): Promise<Buffer[]> {
    const hashes: Buffer[] = [];
    for (const range of ranges) hashes.push(await this.rangeHash(range));
    return hashes;
  }

  private async rangeHash(range: LeafRange): Promise<Buffer> {
    const hashes: Buffer[] = [];
    for (const node of subtreesOf(range)) hashes.push(await this.nodeHash(node));
    return rootOfBorder(hashes);
  }

  /** A perfect subtree is a run of hashes inside one tile. */
  private async nodeHash({ level, index }: TreeNode): Promise<Buffer> {
    const bits = Math.log2(TILE_WIDTH);
    const width = 2 ** (level % bits);
    return perfectRoot(await this.hashesAt(Math.floor(level / bits), index * width, width));
  }

  /** Hashes that stand side by side inside one tile: out of it, or, while it is not full, out of what it will be made of. */
  private async hashesAt(level: number, first: number, count: number): Promise<Buffer[]> {
    if (count === 0) return [];
    const tile = Math.floor(first / TILE_WIDTH);
    const [full] = await this.tiles(level, tile, tile + 1);
    const at = first % TILE_WIDTH;
    if (full !== undefined) return Array.from({ length: count }, (_, n) => hashOfTile(full.hashes, at + n));
    const hashes =
      level === 0 ? await this.openLeaves(first, first + count) : await this.roots(level - 1, first, count);
    if (hashes.length !== count) throw broken(first * TILE_WIDTH ** level);
    return hashes;
  }

  /**
   * Leaves of the open tile, as the sealer hashed them. They are worked out from the entries only where its note is
   * missing: an entry that was changed since must not change the tree.
   */
  private async openLeaves(begin: number, end: number): Promise<Buffer[]> {
    const from = await tables(this.strapi);
    const note = (await from(LOCK).select('size', 'hashes').where({ id: 1 }).first()) as
      { size: number | string; hashes: Buffer } | undefined;
    const size = Number(note?.size ?? 0);
    const first = size - (size % TILE_WIDTH);
    if (note !== undefined && begin >= first && end <= size) {
      return Array.from({ length: end - begin }, (_, at) => hashOfTile(note.hashes, begin - first + at));
    }
    const rows = await this.entries(begin, end);
    return rows.map(({ index, data }) => {
      if (data === null) throw broken(index);
      return leafHash(Buffer.from(data, 'utf8'));
    });
  }

  private async roots(level: number, first: number, count: number): Promise<Buffer[]> {
    const from = await tables(this.strapi);
    const rows = (await from(TILES)
      .select('root')
      .where({ level })
      .where('tile', '>=', first)
      .where('tile', '<', first + count)
      .orderBy('tile')) as { root: Buffer }[];
    return rows.map(({ root }) => root);
  }
}

function perfectRoot(hashes: readonly Buffer[]): Buffer {
  let level = [...hashes];
  while (level.length > 1) {
    const pairs = level.length / 2;
    level = Array.from({ length: pairs }, (_, at) => rootOfBorder(level.slice(2 * at, 2 * at + 2)));
  }
  return rootOfBorder(level);
}

function broken(index: number): GdprError {
  return new GdprError(
    'audit-log-broken',
    `The audit trail is broken at entry ${String(index)}: what the tree needs of it is missing. Run strapi-gdpr audit verify on an export, and compare with a copy of the database.`,
  );
}
