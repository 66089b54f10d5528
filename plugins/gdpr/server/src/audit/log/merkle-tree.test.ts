import fc from 'fast-check';

import {
  CompactRange,
  consistencyProofRanges,
  EMPTY_ROOT,
  inclusionProofRanges,
  leafHash,
  leafHashInPlace,
  type LeafRange,
  nodeHash,
  rootOfBorder,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle-tree';
import vectors from './merkle-vectors.json';

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');

// Values of rfc6962/rfc6962_test.go in github.com/transparency-dev/merkle; each can be had from sha256sum.
test.each([
  ['nothing', EMPTY_ROOT, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [
    'an empty leaf',
    leafHash(Buffer.alloc(0)),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  ],
  [
    'a leaf',
    leafHash(Buffer.from('L123456')),
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  ],
  [
    'a leaf in place',
    leafHashInPlace(Buffer.from('\nL123456\n'), 1, 8),
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  ],
  [
    'a node',
    nodeHash(Buffer.from('N123'), Buffer.from('N456')),
    'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
  ],
])('%s hashes to the published value', (_name, hash, published) => {
  expect(hash.toString('hex')).toBe(published);
});

describe(`vectors: ${vectors.source}`, () => {
  test.each(vectors.inclusion)('inclusion $name is refused: $refused', (vector) => {
    const proof = (vector.proof ?? []).map(base64);
    expect(verifyInclusion(vector.index, vector.size, base64(vector.leaf), proof, base64(vector.root))).toBe(
      !vector.refused,
    );
  });

  test.each(vectors.consistency)('consistency $name is refused: $refused', (vector) => {
    const proof = (vector.proof ?? []).map(base64);
    expect(
      verifyConsistency(vector.size1, vector.size2, base64(vector.root1), base64(vector.root2), proof),
    ).toBe(!vector.refused);
  });
});

/** MTH of RFC 6962, 2.1, word for word: the slow definition that the fast code must agree with. */
function definition(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

const leavesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, at) => leafHash(Buffer.from(`leaf ${at}`)));

describe('for any tree', () => {
  const leaves = leavesOf(150);
  const hashOf = ({ begin, end }: LeafRange): Buffer => definition(leaves.slice(begin, end));

  test('appending leaf by leaf gives the root of the definition', () => {
    const range = CompactRange.empty();
    for (let size = 0; size <= leaves.length; size += 1) {
      expect(range.size).toBe(size);
      expect(range.root()).toEqual(definition(leaves.slice(0, size)));
      const border = subtreesOf({ begin: 0, end: size }).map(({ level, index }) =>
        hashOf({ begin: index * 2 ** level, end: (index + 1) * 2 ** level }),
      );
      expect(CompactRange.of(size, border).root()).toEqual(range.root());
      const next = leaves[size];
      if (next !== undefined) range.append(next);
    }
  });

  test('a range splits into perfect subtrees that fold to its hash', () => {
    for (let size = 1; size <= 40; size += 1) {
      for (const range of [...inclusionProofRanges(0, size), ...inclusionProofRanges(size - 1, size)]) {
        const parts = subtreesOf(range).map(({ level, index }) =>
          hashOf({ begin: index * 2 ** level, end: (index + 1) * 2 ** level }),
        );
        expect(rootOfBorder(parts)).toEqual(hashOf(range));
      }
    }
  });

  test('every leaf has a proof, which proves neither another leaf nor another place nor another tree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.nat(), fc.nat(), (size, a, b) => {
        const index = a % size;
        const other = b % size;
        const proof = inclusionProofRanges(index, size).map(hashOf);
        const root = definition(leaves.slice(0, size));
        const [leaf, another] = [leaves[index], leaves[other]];
        if (leaf === undefined || another === undefined) throw new Error('no leaf');
        expect(verifyInclusion(index, size, leaf, proof, root)).toBe(true);
        expect(verifyInclusion(other, size, leaf, proof, root)).toBe(index === other);
        expect(verifyInclusion(index, size, another, proof, root)).toBe(index === other);
        expect(verifyInclusion(index, size, leaf, proof, definition(leaves.slice(0, size - 1)))).toBe(false);
      }),
    );
  });

  test('an earlier tree has a proof that it is the beginning; a changed one has none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.nat(), fc.nat(), (size, a, b) => {
        const earlier = 1 + (a % size);
        const proof = consistencyProofRanges(earlier, size).map(hashOf);
        const root = definition(leaves.slice(0, size));
        expect(verifyConsistency(earlier, size, definition(leaves.slice(0, earlier)), root, proof)).toBe(
          true,
        );
        const changed = [...leaves];
        changed[b % earlier] = leafHash(Buffer.from('changed'));
        expect(verifyConsistency(earlier, size, definition(changed.slice(0, earlier)), root, proof)).toBe(
          false,
        );
      }),
    );
  });

  test('there is no proof for what is not in the tree', () => {
    expect(() => inclusionProofRanges(7, 7)).toThrow('no such leaf');
    expect(() => inclusionProofRanges(-1, 7)).toThrow('no such leaf');
    expect(() => inclusionProofRanges(0.5, 7)).toThrow('no such leaf');
    expect(() => consistencyProofRanges(8, 7)).toThrow('larger');
  });
});

test('a tree of more than 2^32 leaves splits where RFC 6962 says', () => {
  const size = 2 ** 33 + 1;
  expect(inclusionProofRanges(size - 1, size)).toEqual([{ begin: 0, end: 2 ** 33 }]);
  expect(subtreesOf({ begin: 0, end: size })).toEqual([
    { level: 33, index: 0 },
    { level: 0, index: 2 ** 33 },
  ]);
});
