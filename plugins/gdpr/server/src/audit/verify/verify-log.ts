import { readFile } from 'node:fs/promises';

import { GdprError } from '../../platform/errors';
import type { RunKind, RunStep } from '../../platform/runs';
import { parseEntry } from '../entry/entry';
import { decodePayloads, payloadCommitment } from '../entry/payloads';
import { readCheckpoint, splitCheckpoints } from '../log/checkpoint';
import { leafHash } from '../log/merkle-tree';
import type { NoteVerifier } from '../log/signed-note';
import { TILE_WIDTH } from '../log/tile-tree';
import type { Checkpoints } from '../store/checkpoints';
import type { SigningKeys } from '../store/signing-keys';
import type { TreeStore } from '../store/tree-store';

export const VERIFY_RUN = 'audit-verify';

/** Entries of one step. */
const STEP = 16 * TILE_WIDTH;

/**
 * Verifies the log where it is stored, in steps that each stand for themselves: every entry has the hash the sealer
 * gave it, every payload is the one its entry commits to, the hashes have the root of every checkpoint that was
 * published over them, and of those that witnesses keep in files.
 */
export function verifyLogRun(
  store: TreeStore,
  checkpoints: Checkpoints,
  keys: SigningKeys,
  witnessFiles: readonly string[],
): RunKind {
  return {
    name: VERIFY_RUN,
    total: () => store.size(),
    async step(_target, cursor): Promise<RunStep> {
      const begin = cursor === null ? 0 : Number(cursor);
      const size = await store.size();
      const end = Math.min(size, begin + STEP);
      const verifiers = await keys.verifiers();
      await verifyEntries(store, begin, end);
      await verifyCheckpoints(store, checkpoints, verifiers, begin, end);
      if (end < size) return { cursor: String(end), done: end - begin };
      const last = await checkpoints.last();
      if (last !== null && last.size > size)
        throw broken(
          `entry ${String(size)} and those after it are missing; a checkpoint speaks of ${String(last.size)}`,
        );
      for (const file of witnessFiles) await verifyWitness(store, verifiers, file, size);
      return { cursor: null, done: end - begin };
    },
  };
}

async function verifyEntries(store: TreeStore, begin: number, end: number): Promise<void> {
  const expected = await store.leafHashes(begin, end);
  const entries = await store.entries(begin, end);
  for (let at = 0; at < end - begin; at += 1) {
    const stored = entries[at];
    const index = begin + at;
    if (stored?.index !== index) throw broken(`entry ${String(index)} is missing`);
    const { data, payload } = stored;
    if (data === null) continue;
    if (!leafHash(Buffer.from(data, 'utf8')).equals(expected[at] ?? Buffer.alloc(0)))
      throw broken(`entry ${String(index)} was changed after it was sealed`);
    const committed = parseEntry(data)?.payload;
    const actual = payload === null ? undefined : payloadCommitment(decodePayloads(payload));
    if (committed !== actual)
      throw broken(
        `old or new values of entry ${String(index)} were changed or taken away after it was sealed`,
      );
  }
}

async function verifyCheckpoints(
  store: TreeStore,
  checkpoints: Checkpoints,
  verifiers: readonly NoteVerifier[],
  begin: number,
  end: number,
): Promise<void> {
  const published = await checkpoints.between(begin, end);
  if (published.length === 0) return;
  const leaves = await store.leafHashes(begin, end);
  let tree = await store.load(begin);
  for (const { size, note } of published) {
    tree = tree.append(leaves.slice(tree.size - begin, size - begin)).tree;
    const reading = readCheckpoint(note, verifiers);
    if ('fault' in reading)
      throw broken(`the checkpoint over ${String(size)} entries is not to be believed: ${reading.fault}`);
    if (reading.checkpoint.size !== size || !reading.checkpoint.root.equals(tree.root()))
      throw broken(`the first ${String(size)} entries do not have the root that was signed over them`);
  }
}

async function verifyWitness(
  store: TreeStore,
  verifiers: readonly NoteVerifier[],
  file: string,
  size: number,
): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const note of splitCheckpoints(text)) {
    const reading = readCheckpoint(note, verifiers);
    if ('fault' in reading)
      throw broken(`a checkpoint that the witness ${file} keeps is not to be believed: ${reading.fault}`);
    const { checkpoint } = reading;
    if (checkpoint.size > size)
      throw broken(
        `entry ${String(size)} and those after it are missing; the witness ${file} has seen ${String(checkpoint.size)}`,
      );
    if (!(await store.root(checkpoint.size)).equals(checkpoint.root))
      throw broken(
        `the witness ${file} holds another root of the first ${String(checkpoint.size)} entries: the log was rewritten`,
      );
  }
}

function broken(what: string): GdprError {
  return new GdprError('audit-log-broken', `The audit trail is not intact: ${what}.`);
}
