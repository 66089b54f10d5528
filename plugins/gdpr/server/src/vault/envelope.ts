import { type Suite, suiteById } from './suites';

/**
 * The sealed form of one record, as bytes:
 *
 * ```
 * version 1 │ suite 1 │ data key id 32 │ nonce 12 or 24 │ ciphertext n │ tag 16
 * ```
 *
 * stored as base64 in the `sealed` column. The first three parts are the header; together with the content type's uid
 * and the `documentId` it is the associated data, so that a record opens only in its own place under the key it names.
 */
export interface Envelope {
  readonly suite: Suite;
  /** 32 bytes: names the key and commits to it (see data-key.ts). */
  readonly keyId: Uint8Array;
  readonly nonce: Uint8Array;
  /** Ciphertext and tag. */
  readonly sealed: Uint8Array;
}

/** Where a record lives. A sealed value that is copied to another place does not open there. */
export interface Place {
  readonly uid: string;
  readonly documentId: string;
}

const VERSION = 1;
export const KEY_ID_BYTES = 32;
const HEADER_BYTES = 2 + KEY_ID_BYTES;

export function encodeEnvelope(envelope: Envelope): string {
  const { suite, keyId, nonce, sealed } = envelope;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + nonce.length + sealed.length);
  bytes[0] = VERSION;
  bytes[1] = suite.id;
  bytes.set(keyId, 2);
  bytes.set(nonce, HEADER_BYTES);
  bytes.set(sealed, HEADER_BYTES + nonce.length);
  return bytes.toString('base64');
}

/**
 * @returns the parts, or `null` for anything that is not a whole envelope of a version and suite known here. Callers
 * treat that like a record that does not authenticate.
 */
export function decodeEnvelope(text: string): Envelope | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) return null;
  const suite = suiteById(bytes[1] ?? 0);
  if (suite === undefined) return null;
  const body = HEADER_BYTES + suite.nonceBytes;
  if (bytes.length < body + suite.tagBytes) return null;
  return {
    suite,
    keyId: bytes.subarray(2, HEADER_BYTES),
    nonce: bytes.subarray(HEADER_BYTES, body),
    sealed: bytes.subarray(body),
  };
}

/** The associated data: header, uid and documentId, each behind its length as four bytes, big-endian. */
export function associatedData(suite: Suite, keyId: Uint8Array, place: Place): Uint8Array {
  const uid = Buffer.byteLength(place.uid);
  const documentId = Buffer.byteLength(place.documentId);
  const bytes = Buffer.allocUnsafe(4 + HEADER_BYTES + 4 + uid + 4 + documentId);
  let at = bytes.writeUInt32BE(HEADER_BYTES, 0);
  at = bytes.writeUInt8(VERSION, at);
  at = bytes.writeUInt8(suite.id, at);
  bytes.set(keyId, at);
  at = bytes.writeUInt32BE(uid, at + KEY_ID_BYTES);
  at += bytes.write(place.uid, at, 'utf8');
  at = bytes.writeUInt32BE(documentId, at);
  bytes.write(place.documentId, at, 'utf8');
  return bytes;
}
