import type { DataKey } from './data-key';
import {
  associatedData,
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  type KeyName,
  type Place,
} from './envelope';
import { pad, unpad } from './padding';
import { randomBytes } from './random';
import type { Suite } from './suites';

/** The protected attributes of one row, by name, in the form that goes into JSON. Absent and null are the same. */
export type ProtectedValues = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

/**
 * Seals all protected attributes of a record by one AEAD call.
 *
 * @returns the envelope as base64
 */
export function sealRecord(values: ProtectedValues, key: DataKey, suite: Suite, place: Place): string {
  const nonce = randomBytes(suite.nonceBytes);
  const plaintext = pad(encoder.encode(JSON.stringify(withoutNulls(values))));
  const sealed = suite.seal(key.forSuite(suite), nonce, plaintext, associatedData(suite, key.id, place));
  plaintext.fill(0);
  return encodeEnvelope({ suite, keyName: key.name, nonce, sealed });
}

/** The key a record names; `null` when it is no envelope. */
export function keyNameOf(sealed: string): KeyName | null {
  const envelope = decodeEnvelope(sealed);
  return envelope?.keyName ?? null;
}

/**
 * Opens a record in its place.
 *
 * @returns the protected attributes, or `null` when the record does not authenticate: changed, moved from another
 * row, or sealed under a key that is not the one it names
 */
export function openRecord(envelope: Envelope, key: DataKey, place: Place): ProtectedValues | null {
  // The caller looked the key up by the id in the envelope; a key that is another's opens nothing here.
  if (envelope.keyName !== key.name) return null;
  const aad = associatedData(envelope.suite, key.id, place);
  const { suite, nonce, sealed } = envelope;
  return suite.open(key.forSuite(suite), nonce, sealed, aad, readValues);
}

function readValues(padded: Buffer): ProtectedValues | null {
  const plaintext = unpad(padded);
  return plaintext === null ? null : (JSON.parse(plaintext.toString('utf8')) as ProtectedValues);
}

function withoutNulls(values: ProtectedValues): ProtectedValues {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined),
  );
}
