import { readFileSync } from 'node:fs';
import path from 'node:path';

import { crypto as sigstore } from '@sigstore/core';

/** Not that of `strapi.ts`, which needs this module while it loads. */
const PACKAGE = path.resolve(__dirname, '../../node_modules/@sigstore/verify/dist/tlog');
/* eslint-disable-next-line @typescript-eslint/no-require-imports -- inside the package, without types */
const { verifyMerkleInclusion } = require(path.join(PACKAGE, 'merkle.js'));
/* eslint-disable-next-line @typescript-eslint/no-require-imports */
const { verifyCheckpoint } = require(path.join(PACKAGE, 'checkpoint.js'));

/** Entries whose inclusion is proven one by one, at most; the root is over all of them in any case. */
const SAMPLE = 24;
/** What stands before an Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

export interface SecondOpinion {
  readonly entries: number;
  readonly proofs: number;
}

/** A checkpoint as the second implementation reads it, after it has checked the signature. */
export function theirCheckpoint(
  note: string,
  key: string,
): { readonly logSize: bigint; readonly logHash: Buffer } {
  const [name = '', keyId = '', ...rest] = key.trim().split('+');
  // base64 may hold a `+` itself.
  const publicKey = Buffer.from(rest.join('+'), 'base64').subarray(1);
  const tlog = {
    logID: Buffer.from(keyId, 'hex'),
    baseURL: name,
    publicKey: sigstore.createPublicKey(Buffer.concat([SPKI, publicKey])),
  };
  return verifyCheckpoint({ inclusionProof: { checkpoint: { envelope: note } } }, [tlog]);
}

/** @throws when the second implementation does not find the entry in the tree */
export function theyFind(index: number, data: Uint8Array, proof: readonly Buffer[], theirs: object): void {
  const entry = {
    canonicalizedBody: Buffer.from(data),
    inclusionProof: { logIndex: String(index), hashes: proof },
  };
  verifyMerkleInclusion(entry, theirs);
}

/**
 * Has an export verified by sigstore's implementation, and by nothing of the plugin's: the checkpoint's signature, the
 * root over all lines, and the inclusion of a sample of entries by the proofs that the server hands out.
 *
 * @throws with what does not hold
 */
export async function secondOpinion(
  directory: string,
  proofOf: (index: number, size: number) => Promise<Buffer[]>,
): Promise<SecondOpinion> {
  const read = (name: string): string => readFileSync(path.join(directory, name), 'utf8');
  const lines = read('entries.jsonl').split('\n').slice(0, -1);
  const theirs = theirCheckpoint(read('checkpoint'), read('key.pub'));
  if (Number(theirs.logSize) !== lines.length)
    throw new Error(`The checkpoint speaks of ${String(theirs.logSize)} entries, here are ${lines.length}.`);
  const root = rootOf(lines.map(leafOf));
  if (!root.equals(theirs.logHash)) throw new Error('The second implementation computes another root.');
  const sample = sampleOf(lines.length).filter((index) => prunedLeaf(lines[index] ?? '') === null);
  for (const index of sample)
    theyFind(index, Buffer.from(lines[index] ?? ''), await proofOf(index, lines.length), theirs);
  return { entries: lines.length, proofs: sample.length };
}

function prunedLeaf(line: string): Buffer | null {
  const { pruned } = JSON.parse(line) as { pruned?: unknown };
  return typeof pruned === 'string' ? Buffer.from(pruned, 'base64') : null;
}

const leafOf = (line: string): Buffer =>
  prunedLeaf(line) ?? sigstore.digest('sha256', Buffer.of(0), Buffer.from(line));

/** RFC 6962, 2.1, as it is written there. */
export function rootOf(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sigstore.digest('sha256', Buffer.alloc(0));
  if (hashes.length === 1) return hashes[0] as Buffer;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return sigstore.digest('sha256', Buffer.of(1), rootOf(hashes.slice(0, k)), rootOf(hashes.slice(k)));
}

/** The first and the last, those at the borders of subtrees, and some in between. */
function sampleOf(size: number): number[] {
  const borders: number[] = [];
  for (let power = 1; power < size; power *= 2) borders.push(power - 1, power);
  const step = Math.max(1, Math.floor(size / SAMPLE));
  const spread = Array.from({ length: SAMPLE }, (_, at) => at * step);
  const all = new Set([0, size - 1, ...spread, ...borders].filter((index) => index >= 0 && index < size));
  return [...all].slice(0, SAMPLE);
}
