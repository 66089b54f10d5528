import { CompactRange, leafHash } from './merkle-tree';
import { hashOfTile, openHashesOf, type Tile, TILE_WIDTH, TileTree } from './tile-tree';

const leaves = Array.from({ length: 3 * TILE_WIDTH + 5 }, (_, at) => leafHash(Buffer.from(String(at))));

function rootOf(hashes: readonly Buffer[]): Buffer {
  const range = CompactRange.empty();
  for (const hash of hashes) range.append(hash);
  return range.root();
}

test('in whatever batches a tree grows, its root and tiles are the same', () => {
  for (const batch of [1, 7, 255, 256, 257, 1_000]) {
    let tree = TileTree.of(0, []);
    const tiles: Tile[] = [];
    for (let at = 0; at < leaves.length; at += batch) {
      const grown = tree.append(leaves.slice(at, at + batch));
      tree = grown.tree;
      tiles.push(...grown.tiles);
      expect(tree.root()).toEqual(rootOf(leaves.slice(0, tree.size)));
    }
    expect(tiles.map(({ level, tile }) => [level, tile])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
    expect(hashOfTile(tiles[2]?.hashes ?? Buffer.alloc(0), 9)).toEqual(leaves[2 * TILE_WIDTH + 9]);
  }
});

test('256 full tiles make a tile of the next level', () => {
  const many = Array.from({ length: TILE_WIDTH ** 2 + 1 }, (_, at) => leafHash(Buffer.from(String(at))));
  const { tree, tiles } = TileTree.of(0, []).append(many);
  expect(tiles).toHaveLength(TILE_WIDTH + 1);
  expect(tiles.at(-1)).toMatchObject({ level: 1, tile: 0 });
  expect(tree.root()).toEqual(rootOf(many));
  expect(openHashesOf(tree.size)).toEqual([
    { count: 1, tiles: 256 },
    { count: 0, tiles: 1 },
    { count: 1, tiles: 0 },
  ]);
  const again = TileTree.of(tree.size, [[many.at(-1) as Buffer], [], [tiles.at(-1)?.root as Buffer]]);
  expect(again.root()).toEqual(tree.root());
});

test('appending leaves the tree that was as it was', () => {
  const tree = TileTree.of(0, []).append(leaves.slice(0, 10)).tree;
  const before = tree.root();
  tree.append(leaves);
  expect(tree.root()).toEqual(before);
  expect(() => TileTree.of(3, [[]])).toThrow('other open tiles');
});
