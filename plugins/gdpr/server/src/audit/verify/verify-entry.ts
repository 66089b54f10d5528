import type { AuditEntryVerification } from '../../../../contracts/audit';
import { parseEntry } from '../entry/entry';
import { decodePayloads, payloadCommitment } from '../entry/payloads';
import { readCheckpoint } from '../log/checkpoint';
import { leafHash, verifyInclusion } from '../log/merkle-tree';
import type { NoteVerifier } from '../log/signed-note';

/** What is stored of one entry, and what is to prove it. */
export interface EntryEvidence {
  readonly index: number;
  /** The leaf data; `null` when it was pruned. */
  readonly data: string | null;
  /** What is stored beside it: old and new values, sealed. */
  readonly payload: string | null;
  readonly leaf: Buffer;
  /** The proof for the tree of the last checkpoint; `null` when there is none that covers the entry. */
  readonly inclusion: { readonly proof: readonly Buffer[]; readonly note: string } | null;
}

/**
 * Verifies one entry:
 *
 * 1. the stored data has the leaf hash of the tree (RFC 6962, 2.1);
 * 2. old and new values beside it are those that it commits to;
 * 3. the checkpoint is signed by a key of this log (C2SP tlog-checkpoint);
 * 4. leaf hash and proof lead to the root that the checkpoint states (RFC 9162, 2.1.3.2).
 */
export function verifyEntry(
  { index, data, payload, leaf, inclusion }: EntryEvidence,
  verifiers: readonly NoteVerifier[],
): AuditEntryVerification {
  const uncovered = { index, size: null };
  if (data !== null && !leafHash(Buffer.from(data, 'utf8')).equals(leaf))
    return { ...uncovered, outcome: 'changed' };
  const committed = data === null ? undefined : parseEntry(data)?.payload;
  const actual = payload === null ? undefined : payloadCommitment(decodePayloads(payload));
  if (data !== null && committed !== actual) return { ...uncovered, outcome: 'values-changed' };
  if (inclusion === null) return { ...uncovered, outcome: 'not-covered' };
  const reading = readCheckpoint(inclusion.note, verifiers);
  if ('fault' in reading) return { ...uncovered, outcome: 'not-signed' };
  const { size, root } = reading.checkpoint;
  if (!verifyInclusion(index, size, leaf, inclusion.proof, root))
    return { index, size, outcome: 'not-included' };
  return { index, size, outcome: data === null ? 'pruned' : 'intact' };
}
