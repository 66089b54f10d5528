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
  /** Of 32 bytes: names the key and commits to it (see data-key.ts). */
  readonly keyName: KeyName;
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
  const { suite, keyName: name, nonce, sealed } = envelope;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + nonce.length + sealed.length);
  bytes[0] = VERSION;
  bytes[1] = suite.id;
  bytes.write(name, 2, 'latin1');
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
    keyName: bytes.toString('latin1', 2, HEADER_BYTES) as KeyName,
    nonce: bytes.subarray(HEADER_BYTES, body),
    sealed: bytes.subarray(body),
  };
}

/**
 * The name of a key in memory: its id, a character a byte. Hex would be readable, and six times as slow on the way of
 * every record.
 */
export type KeyName = string & { readonly __brand: 'KeyName' };

export function keyName(keyId: Uint8Array): KeyName {
  const buffer = Buffer.isBuffer(keyId) ? keyId : Buffer.from(keyId);
  return buffer.toString('latin1', 0, KEY_ID_BYTES) as KeyName;
}

export function keyIdOfName(name: KeyName): Buffer {
  return Buffer.from(name, 'latin1');
}

/** The associated data: header, uid and documentId, each behind its length as four bytes, big-endian. */
export function associatedData(suite: Suite, keyId: Uint8Array, place: Place): Uint8Array {
  const start = startOf(suite, place.uid);
  const documentId = Buffer.byteLength(place.documentId);
  const bytes = Buffer.allocUnsafe(start.length + 4 + documentId);
  bytes.set(start);
  bytes.set(keyId, 4 + 2);
  bytes.writeUInt32BE(documentId, start.length);
  bytes.write(place.documentId, start.length + 4, 'utf8');
  return bytes;
}

const starts = new Map<Suite, Map<string, Buffer>>();

/** Everything before the documentId, with room for the key id: the same for all records of a type. */
function startOf(suite: Suite, uid: string): Buffer {
  let ofSuite = starts.get(suite);
  if (ofSuite === undefined) starts.set(suite, (ofSuite = new Map<string, Buffer>()));
  let start = ofSuite.get(uid);
  if (start === undefined) {
    start = Buffer.alloc(4 + HEADER_BYTES + 4 + Buffer.byteLength(uid));
    let at = start.writeUInt32BE(HEADER_BYTES, 0);
    at = start.writeUInt8(VERSION, at);
    at = start.writeUInt8(suite.id, at);
    at = start.writeUInt32BE(Buffer.byteLength(uid), at + KEY_ID_BYTES);
    start.write(uid, at, 'utf8');
    ofSuite.set(uid, start);
  }
  return start;
}
