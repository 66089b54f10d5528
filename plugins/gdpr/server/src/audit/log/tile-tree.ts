import { CompactRange, HASH_BYTES, rootOfBorder } from './merkle-tree';

/** Hashes side by side in one tile. */
export const TILE_WIDTH = 256;

/** A full tile: on level 0 the hashes of 256 leaves, on level k+1 the roots of 256 tiles of level k. */
export interface Tile {
  readonly level: number;
  readonly tile: number;
  readonly root: Buffer;
  /** 256 hashes of 32 bytes. */
  readonly hashes: Buffer;
}

interface Level {
  readonly hashes: readonly Buffer[];
  readonly range: CompactRange;
  /** Full tiles before these hashes. */
  readonly tiles: number;
}

/**
 * A growing tree that hands out its hashes in tiles, so that they can be stored 256 to a row, and keeps only those of
 * tiles that are not full yet. Values are not changed: {@link append} returns the grown tree, so that what a rolled
 * back transaction has appended is forgotten by forgetting it.
 */
export class TileTree {
  private constructor(
    readonly size: number,
    private readonly levels: readonly Level[],
  ) {}

  /**
   * @param open for each level the hashes behind its last full tile, as {@link openHashesOf} tells their number
   */
  static of(size: number, open: readonly (readonly Buffer[])[]): TileTree {
    const levels = openHashesOf(size).map(({ count, tiles }, level) => {
      const hashes = open[level] ?? [];
      if (hashes.length !== count) throw new RangeError('A tree of this size has other open tiles.');
      const range = CompactRange.empty();
      for (const hash of hashes) range.append(hash);
      return { hashes, range, tiles };
    });
    return new TileTree(size, levels);
  }

  root(): Buffer {
    return rootOfBorder([...this.levels].reverse().flatMap(({ range }) => range.border));
  }

  /** The hashes of leaves behind the last full tile. */
  get openLeaves(): Buffer {
    return Buffer.concat(this.levels[0]?.hashes ?? []);
  }

  append(leaves: readonly Buffer[]): { readonly tree: TileTree; readonly tiles: readonly Tile[] } {
    const levels = this.levels.map(({ hashes, range, tiles }) => ({
      hashes: [...hashes],
      range: range.clone(),
      tiles,
    }));
    const full: Tile[] = [];
    const push = (level: number, hash: Buffer): void => {
      const at = (levels[level] ??= { hashes: [], range: CompactRange.empty(), tiles: 0 });
      at.hashes.push(hash);
      at.range.append(hash);
      if (at.hashes.length < TILE_WIDTH) return;
      const root = at.range.root();
      full.push({ level, tile: at.tiles, root, hashes: Buffer.concat(at.hashes) });
      levels[level] = { hashes: [], range: CompactRange.empty(), tiles: at.tiles + 1 };
      push(level + 1, root);
    };
    for (const leaf of leaves) push(0, leaf);
    return { tree: new TileTree(this.size + leaves.length, levels), tiles: full };
  }
}

/** How many hashes on each level stand behind the last full tile, and how many full tiles there are. */
export function openHashesOf(size: number): { readonly count: number; readonly tiles: number }[] {
  const levels: { count: number; tiles: number }[] = [];
  for (let width = size; width > 0; width = Math.floor(width / TILE_WIDTH)) {
    levels.push({ count: width % TILE_WIDTH, tiles: Math.floor(width / TILE_WIDTH) });
  }
  return levels;
}

export function hashOfTile(hashes: Buffer, at: number): Buffer {
  return hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}
