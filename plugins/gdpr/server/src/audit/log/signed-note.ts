import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/**
 * Signed notes (https://c2sp.org/signed-note): a text, a blank line, and one signature a line,
 *
 * ```
 * — <key name> base64(32-bit key ID ‖ signature)
 * ```
 *
 * Only Ed25519 (signature type 0x01) is made and checked; signatures of other keys are ignored, as the specification
 * asks.
 */

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** At least 16 signatures have to be accepted; more than this is no note of ours. */
const MAX_SIGNATURES = 64;

/** The DER of an Ed25519 key is this and its 32 bytes (RFC 8410, section 7 and 4). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Signs notes under a name. */
export interface NoteSigner {
  readonly verifier: NoteVerifier;
  /** The signature line for a text, with its newline. */
  signatureLine(text: string): string;
}

/** A public key with the name it signs under. */
export interface NoteVerifier {
  readonly name: string;
  /** 4 bytes: SHA-256 of name, newline, signature type and public key, cut. */
  readonly keyId: Buffer;
  /** `name+hex key id+base64(type ‖ public key)`, the form in which verifier keys are handed around. */
  readonly key: string;
  /** @returns whether this 64-byte signature over the text is right */
  verifies(text: string, signature: Uint8Array): boolean;
}

export interface Signature {
  readonly name: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

export interface SignedNote {
  /** With its last newline, without the blank line behind it. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

/** @param seed 32 secret bytes (RFC 8032); whoever has them signs as this key */
export function createNoteSigner(name: string, seed: Uint8Array): NoteSigner {
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const verifier = createNoteVerifier(name, spki.subarray(-PUBLIC_KEY_BYTES));
  return {
    verifier,
    signatureLine(text) {
      const signature = sign(null, Buffer.from(text, 'utf8'), privateKey);
      return `\u2014 ${name} ${Buffer.concat([verifier.keyId, signature]).toString('base64')}\n`;
    },
  };
}

/** @param publicKey 32 bytes (RFC 8032) */
export function createNoteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new RangeError('A key name is not empty and has no spaces and no plus sign.');
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('An Ed25519 public key has 32 bytes.');
  const typed = Buffer.concat([Buffer.of(ED25519), publicKey]);
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), typed]), 'buffer').subarray(
    0,
    KEY_ID_BYTES,
  );
  const spki = Buffer.concat([SPKI_PREFIX, publicKey]);
  const key: KeyObject = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return {
    name,
    keyId,
    key: `${name}+${keyId.toString('hex')}+${typed.toString('base64')}`,
    verifies: (text, signature) =>
      signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text, 'utf8'), key, signature),
  };
}

/**
 * Reads a verifier key, `name+hash+base64`.
 *
 * @returns `null` for what is none, of another type, or whose hash is not that of its key
 */
export function parseVerifierKey(text: string): NoteVerifier | null {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const [, name, keyId, encoded] = parts ?? [];
  if (name === undefined || keyId === undefined || encoded === undefined || !isKeyName(name)) return null;
  const typed = strictBase64(encoded);
  if (typed === null || typed.length !== 1 + PUBLIC_KEY_BYTES || typed[0] !== ED25519) return null;
  const verifier = createNoteVerifier(name, typed.subarray(1));
  return verifier.keyId.toString('hex') === keyId ? verifier : null;
}

/** @param text ends with a newline and has no other control characters */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || hasControlCharacters(text)) {
    throw new RangeError('The text of a note ends with a newline and has no other control characters.');
  }
  return `${text}\n${signers.map((signer) => signer.signatureLine(text)).join('')}`;
}

/** @returns `null` for what is no signed note; nothing in it is to be believed before {@link verifyNote} */
export function parseNote(note: string): SignedNote | null {
  if (hasControlCharacters(note)) return null;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return null;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures: Signature[] = [];
  for (const line of lines) {
    const [, name, encoded] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? [];
    if (name === undefined || encoded === undefined || !isKeyName(name)) return null;
    const bytes = strictBase64(encoded);
    if (bytes === null || bytes.length <= KEY_ID_BYTES) return null;
    signatures.push({
      name,
      keyId: bytes.subarray(0, KEY_ID_BYTES),
      signature: bytes.subarray(KEY_ID_BYTES),
    });
  }
  return { text: note.slice(0, split + 1), signatures };
}

/**
 * Checks a note against the keys that are known:
 *
 * 1. signatures of unknown keys (name and id together) are ignored;
 * 2. a signature of a known key that is wrong spoils the whole note;
 * 3. at least one known key must have signed.
 *
 * @returns the known keys that signed; empty when the note is not to be believed
 */
export function verifyNote(note: SignedNote, known: readonly NoteVerifier[]): readonly NoteVerifier[] {
  const signers: NoteVerifier[] = [];
  for (const { name, keyId, signature } of note.signatures) {
    const verifier = known.find((key) => key.name === name && key.keyId.equals(keyId));
    if (verifier === undefined) continue;
    if (!verifier.verifies(note.text, signature)) return [];
    signers.push(verifier);
  }
  return signers;
}

function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+]/u.test(name) && !hasControlCharacters(name);
}

/** Below U+0020, newline aside. */
function hasControlCharacters(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}

/** Node's decoder skips what is no base64; two spellings of one signature would be two notes. */
function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
