import { hash } from 'node:crypto';

/**
 * What stands beside the entry of a change: for each changed record its old and new values, sealed, one a line. An
 * entry commits to its payloads by their hashes, so that one can be pruned and the others stay provable; of a pruned
 * one the hash is left, behind a `#`.
 */
export function encodePayloads(sealed: readonly string[]): string {
  return sealed.join('\n');
}

export interface StoredPayload {
  readonly hash: Buffer;
  /** `null` once pruned. */
  readonly sealed: string | null;
}

export function decodePayloads(text: string | null): StoredPayload[] {
  if (text === null || text === '') return [];
  return text.split('\n').map((line) => {
    if (line.startsWith('#')) return { hash: Buffer.from(line.slice(1), 'base64'), sealed: null };
    return { hash: payloadHash(line), sealed: line };
  });
}

/** The same payloads without their contents. */
export function prunedPayloads(text: string): string {
  return decodePayloads(text)
    .map(({ hash: left }) => `#${left.toString('base64')}`)
    .join('\n');
}

/** base64 of SHA-256 over the payloads' hashes in order. */
export function payloadCommitment(payloads: readonly { readonly hash: Uint8Array }[]): string {
  return hash('sha256', Buffer.concat(payloads.map(({ hash: one }) => one)), 'buffer').toString('base64');
}

function payloadHash(sealed: string): Buffer {
  return hash('sha256', sealed, 'buffer');
}
