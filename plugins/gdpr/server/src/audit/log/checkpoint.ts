import { HASH_BYTES } from './merkle-tree';
import { type NoteSigner, type NoteVerifier, parseNote, signNote, verifyNote } from './signed-note';

/** What a checkpoint states (https://c2sp.org/tlog-checkpoint): the log `origin` has `size` entries, and this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** @returns the signed note */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const { origin, size, root } = checkpoint;
  return signNote(`${origin}\n${String(size)}\n${root.toString('base64')}\n`, signers);
}

export type CheckpointReading =
  | { readonly checkpoint: Checkpoint; readonly signedBy: readonly NoteVerifier[] }
  | { readonly fault: string };

/** Reads a checkpoint and checks its signatures; says in one sentence what is wrong with it. */
export function readCheckpoint(note: string, known: readonly NoteVerifier[]): CheckpointReading {
  const signed = parseNote(note);
  const checkpoint = signed === null ? null : parseCheckpointText(signed.text);
  if (signed === null || checkpoint === null) return { fault: 'it is not a signed checkpoint' };
  const signedBy = verifyNote(signed, known);
  if (signedBy.length === 0) return { fault: 'no known key has signed it, or a signature is wrong' };
  return { checkpoint, signedBy };
}

/**
 * The checkpoints in a file that a witness appended them to, one after the other; or in a mail that was saved, with
 * words around them and the line ends of another system.
 */
export function splitCheckpoints(file: string): string[] {
  return (
    file.replaceAll('\r\n', '\n').match(/[^\n]+\n\d+\n[^\n]+\n(?:[^\n]+\n)*\n(?:\u2014 \S+ \S+\n)+/gu) ?? []
  );
}

function parseCheckpointText(text: string): Checkpoint | null {
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  if (origin === undefined || origin === '' || size === undefined || root === undefined) return null;
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || extensions.some((line) => line === '')) return null;
  const hash = Buffer.from(root, 'base64');
  const isHash = hash.length === HASH_BYTES && hash.toString('base64') === root;
  return isHash && Number.isSafeInteger(Number(size)) ? { origin, size: Number(size), root: hash } : null;
}
