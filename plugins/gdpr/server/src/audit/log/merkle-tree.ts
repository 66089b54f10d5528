import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1: hashes, appending, proofs and their verification, as pure functions over
 * 32-byte hashes. Sizes and indexes are whole numbers up to 2^53; bits are therefore taken by arithmetic.
 */

export const HASH_BYTES = 32;
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

/** `SHA-256(0x00 ‖ data)` */
export function leafHash(data: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(data.length + 1);
  prefixed[0] = LEAF_PREFIX;
  prefixed.set(data, 1);
  return hash('sha256', prefixed, 'buffer');
}

/**
 * The same without a copy: the byte before `start` is overwritten by the prefix, so it must be one that is not needed
 * any more, such as the newline before a line.
 */
export function leafHashInPlace(bytes: Buffer, start: number, end: number): Buffer {
  bytes[start - 1] = LEAF_PREFIX;
  return hash('sha256', bytes.subarray(start - 1, end), 'buffer');
}

// One buffer for all: `hash` is done with it before it returns.
const pair = Buffer.alloc(1 + 2 * HASH_BYTES);
pair[0] = NODE_PREFIX;

/** `SHA-256(0x01 ‖ left ‖ right)` */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    return hash('sha256', Buffer.concat([Buffer.of(NODE_PREFIX), left, right]), 'buffer');
  }
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return hash('sha256', pair, 'buffer');
}

/** A perfect subtree: the leaves from `index · 2^level` up to, not including, `(index + 1) · 2^level`. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `begin` up to, not including, `end`. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * The right border of a growing tree: the roots of the perfect subtrees it is made of, the largest first. All that
 * appending and the root need, in at most 53 hashes.
 */
export class CompactRange {
  private readonly hashes: Buffer[];

  private constructor(
    private count: number,
    hashes: readonly Buffer[],
  ) {
    this.hashes = [...hashes];
  }

  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** @param hashes roots of {@link subtreesOf} the range from 0 to `size`, in that order */
  static of(size: number, hashes: readonly Buffer[]): CompactRange {
    if (hashes.length !== onesIn(size)) throw new RangeError('A tree of this size has another border.');
    return new CompactRange(size, hashes);
  }

  get size(): number {
    return this.count;
  }

  /** The hashes it is made of, the largest subtree first. */
  get border(): readonly Buffer[] {
    return this.hashes;
  }

  clone(): CompactRange {
    return new CompactRange(this.count, this.hashes);
  }

  append(leaf: Buffer): void {
    let node = leaf;
    for (let rest = this.count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      // There is one hash for every 1 in the binary size.
      node = nodeHash(this.hashes.pop() ?? EMPTY_ROOT, node);
    }
    this.hashes.push(node);
    this.count += 1;
  }

  root(): Buffer {
    return rootOfBorder(this.hashes);
  }
}

/** The root over subtrees that stand side by side, the largest first; of none, the empty root. */
export function rootOfBorder(hashes: readonly Buffer[]): Buffer {
  const last = hashes.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The perfect subtrees that a range of leaves is made of, from left to right. */
export function subtreesOf({ begin, end }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = begin; at < end;) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      level += 1;
      width *= 2;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/**
 * RFC 6962, 2.1.1: the ranges whose hashes prove that leaf `index` is in the tree of `size` leaves, from the leaf up.
 *
 * @throws RangeError when there is no such leaf
 */
export function inclusionProofRanges(index: number, size: number): LeafRange[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError('The tree has no such leaf.');
  const path: LeafRange[] = [];
  let range: LeafRange = { begin: 0, end: size };
  while (range.end - range.begin > 1) {
    const middle = range.begin + splitOf(range.end - range.begin);
    const left = { begin: range.begin, end: middle };
    const right = { begin: middle, end: range.end };
    const isLeft = index < middle;
    path.push(isLeft ? right : left);
    range = isLeft ? left : right;
  }
  return path.reverse();
}

/**
 * RFC 6962, 2.1.2: the ranges whose hashes prove that the tree of `size` leaves begins with the tree of `earlier`.
 *
 * @throws RangeError when `earlier` is not between 1 and `size`
 */
export function consistencyProofRanges(earlier: number, size: number): LeafRange[] {
  if (!Number.isSafeInteger(earlier) || earlier < 1 || earlier > size)
    throw new RangeError('The earlier tree is empty, or larger than the later one.');
  if (earlier === size) return [];
  const path: LeafRange[] = [];
  let range: LeafRange = { begin: 0, end: size };
  let isWhole = true;
  while (range.end !== earlier) {
    const middle = range.begin + splitOf(range.end - range.begin);
    const left = { begin: range.begin, end: middle };
    const right = { begin: middle, end: range.end };
    if (earlier <= middle) {
      path.push(right);
      range = left;
    } else {
      path.push(left);
      range = right;
      isWhole = false;
    }
  }
  if (!isWhole) path.push(range);
  return path.reverse();
}

/** RFC 9162, 2.1.3.2: the root that leaf and proof lead to, or `null` when the proof does not fit the tree's shape. */
export function rootFromInclusionProof(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Buffer | null {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return null;
  if (leaf.length !== HASH_BYTES || proof.some((node) => node.length !== HASH_BYTES)) return null;
  let node = index;
  let last = size - 1;
  let root: Buffer = Buffer.from(leaf);
  for (const sibling of proof) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}

export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  return rootFromInclusionProof(index, size, leaf, proof)?.equals(root) ?? false;
}

/** RFC 9162, 2.1.4.2: whether the tree of `size` leaves begins with the tree of `earlier` leaves. */
export function verifyConsistency(
  earlier: number,
  size: number,
  earlierRoot: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  // The specification proves nothing of the empty tree: every tree begins with it.
  if (earlier > size || earlier < 1) return false;
  if (earlier === size) return proof.length === 0 && Buffer.from(earlierRoot).equals(root);
  if ([earlierRoot, root, ...proof].some((node) => node.length !== HASH_BYTES)) return false;
  const path = isPowerOfTwo(earlier) ? [earlierRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let [node, last] = [earlier - 1, size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let before: Buffer = Buffer.from(first);
  let after: Buffer = Buffer.from(first);
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      after = nodeHash(after, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && before.equals(earlierRoot) && after.equals(root);
}

/** The largest power of two below `size`: where RFC 6962 splits a tree. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function onesIn(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

function isPowerOfTwo(size: number): boolean {
  return onesIn(size) === 1;
}
