import type { AuditEntryVerification } from '../../../../contracts/audit';
import { readCheckpoint } from '../log/checkpoint';
import { leafHash, verifyInclusion } from '../log/merkle-tree';
import type { NoteVerifier } from '../log/signed-note';

/** What is stored of one entry, and what is to prove it. */
export interface EntryEvidence {
  readonly index: number;
  /** The leaf data; `null` when it was pruned. */
  readonly data: string | null;
  readonly leaf: Buffer;
  /** The proof for the tree of the last checkpoint; `null` when there is none that covers the entry. */
  readonly inclusion: { readonly proof: readonly Buffer[]; readonly note: string } | null;
}

/**
 * Verifies one entry:
 *
 * 1. the stored data has the leaf hash of the tree (RFC 6962, 2.1);
 * 2. the checkpoint is signed by a key of this log (C2SP tlog-checkpoint);
 * 3. leaf hash and proof lead to the root that the checkpoint states (RFC 9162, 2.1.3.2).
 */
export function verifyEntry(
  { index, data, leaf, inclusion }: EntryEvidence,
  verifiers: readonly NoteVerifier[],
): AuditEntryVerification {
  const uncovered = { index, size: null };
  if (data !== null && !leafHash(Buffer.from(data, 'utf8')).equals(leaf))
    return { ...uncovered, outcome: 'changed' };
  if (inclusion === null) return { ...uncovered, outcome: 'not-covered' };
  const reading = readCheckpoint(inclusion.note, verifiers);
  if ('fault' in reading) return { ...uncovered, outcome: 'not-signed' };
  const { size, root } = reading.checkpoint;
  if (!verifyInclusion(index, size, leaf, inclusion.proof, root))
    return { index, size, outcome: 'not-included' };
  return { index, size, outcome: data === null ? 'pruned' : 'intact' };
}
