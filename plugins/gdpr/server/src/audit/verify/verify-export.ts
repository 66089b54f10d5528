import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { isCanonical, prunedLeaf } from '../entry/entry';
import { type Checkpoint, readCheckpoint, splitCheckpoints } from '../log/checkpoint';
import { CompactRange, HASH_BYTES, leafHashInPlace } from '../log/merkle-tree';
import { type NoteVerifier, parseVerifierKey } from '../log/signed-note';

import { scanLines } from './line-scanner';

/** The files of an export. The first three are all that verification needs (design.md, section 5). */
export const FILES = {
  entries: 'entries.jsonl',
  checkpoint: 'checkpoint',
  key: 'key.pub',
  /** Keys that signed earlier checkpoints, one a line. */
  oldKeys: 'old-keys.pub',
  /** Leaf hashes, 32 bytes each: they tell which entry is broken, where the root only tells that one is. */
  leaves: 'leaves',
} as const;

export interface ExportReport {
  readonly entries: number;
  readonly pruned: number;
  readonly origin: string | null;
  /** One sentence for each thing that is wrong; none when the export is what the log's key has signed. */
  readonly faults: readonly string[];
  /** The first entry that is not what was signed, counted from 0; `null` when there is none or it cannot be told. */
  readonly firstBroken: number | null;
  /** What is odd and no proof of anything. */
  readonly remarks: readonly string[];
}

export interface ExportOptions {
  /** A file to which a witness appended checkpoints of this log. */
  readonly witness?: string;
  /** A verifier key from elsewhere: the one in the export may have been exchanged with the rest. */
  readonly key?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Entries dated this much before one of earlier order are worth a remark, in ms. */
const CLOCK_TOLERANCE = 60_000;

/**
 * Verifies an export without the database it came from:
 *
 * 1. the checkpoint is signed by the log's key (C2SP signed note);
 * 2. the lines, hashed as RFC 6962 leaves, have as many entries and the root it states;
 * 3. so had their beginnings the roots of every checkpoint that a witness kept.
 */
export async function verifyExport(directory: string, options: ExportOptions = {}): Promise<ExportReport> {
  const file = (name: string): string => path.join(directory, name);
  const faults: string[] = [];
  const keys = await readKeys(file, options.key, faults);
  const signed = readCheckpoint(await textOf(file(FILES.checkpoint)), keys);
  if ('fault' in signed) faults.push(`The checkpoint is not to be believed: ${signed.fault}.`);
  const checkpoint = 'fault' in signed ? null : signed.checkpoint;
  const witnessed = await readWitness(options.witness, keys, checkpoint, faults);
  const leaves = await bytesOf(file(FILES.leaves));

  const scan = await scanEntries(file(FILES.entries), checkpoint, witnessed, leaves, options.onProgress);
  const broken = checkpoint === null ? null : brokenEntry(scan, checkpoint, leaves);
  if (broken !== null) faults.push(broken.sentence);
  for (const fault of witnessFaults(scan, witnessed)) faults.push(fault);
  // The root says that something is wrong, nothing says where: perhaps the lines themselves do.
  const suspect =
    broken !== null && broken.index === null ? await suspectLine(file(FILES.entries), faults) : null;
  return {
    entries: scan.count,
    pruned: scan.pruned,
    origin: checkpoint?.origin ?? null,
    faults,
    firstBroken: broken?.index ?? suspect,
    remarks: scan.remarks,
  };
}

interface Scan {
  readonly count: number;
  readonly pruned: number;
  /** The root of the first `checkpoint.size` lines; `null` when there are fewer. */
  readonly root: Buffer | null;
  /** The first line whose hash is not the one in the file of leaves. */
  readonly firstOther: number | null;
  readonly leavesRoot: Buffer | null;
  readonly rootsAt: ReadonlyMap<number, Buffer>;
  readonly remarks: readonly string[];
}

async function scanEntries(
  entries: string,
  checkpoint: Checkpoint | null,
  witnessed: readonly Checkpoint[],
  leaves: Buffer | null,
  onProgress: ExportOptions['onProgress'],
): Promise<Scan> {
  const range = CompactRange.empty();
  const stored = CompactRange.empty();
  const wanted = new Set([...witnessed.map(({ size }) => size), checkpoint?.size ?? -1]);
  const rootsAt = new Map<number, Buffer>();
  const clock = new ClockWatch();
  let pruned = 0;
  let firstOther: number | null = null;
  if (wanted.has(0)) rootsAt.set(0, range.root());
  const handle = await open(entries, 'r');
  try {
    const { size } = await handle.stat();
    await scanLines(
      handle,
      (bytes, start, end) => {
        const at = range.size;
        const gone = isPruned(bytes, start) ? prunedLeaf(bytes.toString('latin1', start, end)) : null;
        if (gone === null) clock.see(at, bytes, end);
        else pruned += 1;
        const leaf = gone ?? leafHashInPlace(bytes, start, end);
        range.append(leaf);
        if (wanted.has(at + 1)) rootsAt.set(at + 1, range.root());
        if (leaves === null || (at + 1) * HASH_BYTES > leaves.length) return;
        const expected = leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
        if (firstOther === null && !leaf.equals(expected)) firstOther = at;
      },
      (done) => onProgress?.(done, size),
    );
  } finally {
    await handle.close();
  }
  // Only needed to tell where: a file of leaves that has another root itself tells nothing.
  const isWrong = checkpoint !== null && !(rootsAt.get(checkpoint.size)?.equals(checkpoint.root) ?? false);
  if (leaves !== null && checkpoint !== null && isWrong) {
    const count = Math.min(checkpoint.size, Math.floor(leaves.length / HASH_BYTES));
    for (let at = 0; at < count; at += 1)
      stored.append(leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }
  return {
    count: range.size,
    pruned,
    root: rootsAt.get(checkpoint?.size ?? -1) ?? null,
    firstOther,
    leavesRoot: isWrong && leaves !== null ? stored.root() : null,
    rootsAt,
    remarks: clock.remarks(),
  };
}

interface Broken {
  readonly index: number | null;
  readonly sentence: string;
}

function brokenEntry(scan: Scan, checkpoint: Checkpoint, leaves: Buffer | null): Broken | null {
  const { count, root, firstOther, leavesRoot } = scan;
  const isTold = leaves !== null && leavesRoot?.equals(checkpoint.root) === true;
  if (root?.equals(checkpoint.root) === true) {
    if (count === checkpoint.size) return null;
    const sentence = `Entry ${String(checkpoint.size)} and what follows were added: the checkpoint speaks of ${String(checkpoint.size)} entries, here are ${String(count)}.`;
    return { index: checkpoint.size, sentence };
  }
  if (isTold && firstOther !== null) {
    const sentence = `Entry ${String(firstOther)} is the first that is not what was signed: it was changed, or one before it was taken out or put in.`;
    return { index: firstOther, sentence };
  }
  if (count < checkpoint.size) {
    const sentence = `The checkpoint speaks of ${String(checkpoint.size)} entries, here are ${String(count)}: entries were taken out${isTold ? ' at the end' : ''}.`;
    return { index: isTold ? count : null, sentence };
  }
  const sentence = `The entries do not have the root that was signed: at least one was changed, taken out, put in or moved.`;
  return { index: null, sentence };
}

function witnessFaults(scan: Scan, witnessed: readonly Checkpoint[]): string[] {
  const kept = [...witnessed].sort((a, b) => a.size - b.size);
  let good = 0;
  for (const { size, root } of kept) {
    const here = scan.rootsAt.get(size);
    if (here?.equals(root) === true) {
      good = size;
      continue;
    }
    return [
      here === undefined
        ? `A witness holds a checkpoint of ${String(size)} entries, here are ${String(scan.count)}: the end of the log was cut off, or this export is older than that.`
        : `A witness holds another root of the first ${String(size)} entries: one of the entries ${String(good)} to ${String(size - 1)} was rewritten after it was signed.`,
    ];
  }
  return [];
}

async function readKeys(
  file: (name: string) => string,
  pinned: string | undefined,
  faults: string[],
): Promise<NoteVerifier[]> {
  const own = parseVerifierKey(await textOf(file(FILES.key)));
  if (own === null) faults.push(`${FILES.key} holds no verifier key (name+hash+base64).`);
  if (pinned !== undefined) {
    const key = parseVerifierKey(pinned);
    if (key === null) faults.push('The given key is no verifier key (name+hash+base64).');
    else if (key.key !== own?.key) faults.push(`${FILES.key} is not the given key.`);
    return key === null ? [] : [key];
  }
  const old = (await bytesOf(file(FILES.oldKeys)))?.toString('utf8') ?? '';
  return [own, ...old.split('\n').map(parseVerifierKey)].filter((key) => key !== null);
}

async function readWitness(
  witness: string | undefined,
  keys: readonly NoteVerifier[],
  checkpoint: Checkpoint | null,
  faults: string[],
): Promise<Checkpoint[]> {
  if (witness === undefined) return [];
  const notes = splitCheckpoints(await textOf(witness));
  if (notes.length === 0) faults.push('The witness’s file holds no checkpoint.');
  const kept: Checkpoint[] = [];
  for (const note of notes) {
    const reading = readCheckpoint(note, keys);
    if ('fault' in reading)
      faults.push(`A checkpoint of the witness is not to be believed: ${reading.fault}.`);
    else if (checkpoint !== null && reading.checkpoint.origin !== checkpoint.origin)
      faults.push('A checkpoint of the witness is of another log.');
    else kept.push(reading.checkpoint);
  }
  return kept;
}

/** The first line that this log cannot have written. */
async function suspectLine(entries: string, faults: string[]): Promise<number | null> {
  const suspects: number[] = [];
  const seen = new Set<string>();
  let at = 0;
  const handle = await open(entries, 'r');
  try {
    await scanLines(handle, (bytes, start, end) => {
      const line = bytes.toString('utf8', start, end);
      const id = /"id":"([\w-]+)"/.exec(line)?.[1] ?? line;
      if (prunedLeaf(line) === null && (!isCanonical(line) || seen.has(id))) suspects.push(at);
      seen.add(id);
      at += 1;
    });
  } finally {
    await handle.close();
  }
  const [first] = suspects;
  if (first === undefined) return null;
  faults.push(`Entry ${String(first)} is not as this log writes entries, or stands here a second time.`);
  return first;
}

/** Every entry begins with `{"action"`, so that the first letter tells a pruned one. */
function isPruned(bytes: Buffer, start: number): boolean {
  return bytes[start + 2] === 0x70;
}

/** Watches the times at the ends of the lines, `"time":1764054992123,"v":1}`. */
class ClockWatch {
  private latest = 0;
  private count = 0;
  private first: number | null = null;

  see(index: number, bytes: Buffer, end: number): void {
    let time = 0;
    for (let at = end - 20; at < end - 7; at += 1) time = time * 10 + ((bytes[at] ?? 0x30) - 0x30);
    if (!(time > 0)) return;
    if (time < this.latest - CLOCK_TOLERANCE) {
      this.count += 1;
      this.first ??= index;
    }
    if (time > this.latest) this.latest = time;
  }

  remarks(): string[] {
    if (this.first === null) return [];
    return [
      `The clock went back: ${String(this.count)} entries, the first of them entry ${String(this.first)}, are dated more than a minute before an entry in front of them. Their order is the log's and stands.`,
    ];
  }
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

async function bytesOf(file: string): Promise<Buffer | null> {
  const exists = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  return exists ? readFile(file) : null;
}
