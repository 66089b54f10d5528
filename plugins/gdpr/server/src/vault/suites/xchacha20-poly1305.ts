import { sodium } from '../sodium';
import { createScratch } from '../sodium-scratch';

import type { Suite, SuiteKey } from './suite';

interface RawKey extends SuiteKey {
  readonly bytes: Uint8Array;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const scratch = createScratch();

/**
 * Suite 1, the default: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) by libsodium. Its 192-bit nonces may be drawn
 * at random without counting, and a small record takes a quarter of the time OpenSSL needs to set up a context.
 *
 * Records that fit go through a scratch area of libsodium's memory, laid out as key │ nonce │ associated data │ text,
 * which saves the allocations of its JavaScript wrapper; the area is wiped after each use. Larger ones use the wrapper.
 */
export const xchacha20Poly1305: Suite = {
  id: 1,
  name: 'XChaCha20-Poly1305',
  nonceBytes: NONCE_BYTES,
  tagBytes: TAG_BYTES,

  seal(key, nonce, plaintext, aad) {
    const { bytes } = key as RawKey;
    const text = KEY_BYTES + NONCE_BYTES + aad.length;
    const end = text + plaintext.length + TAG_BYTES;
    if (!scratch.holds(end)) {
      return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, bytes);
    }
    const { memory, at } = scratch.view();
    layOut(memory, at, bytes, nonce, aad, plaintext);
    const failed = scratch.encrypt(
      at + text,
      plaintext.length,
      at + KEY_BYTES + NONCE_BYTES,
      aad.length,
      at + KEY_BYTES,
      at,
    );
    const sealed = scratch.copy(at + text, at + end);
    memory.fill(0, at, at + end);
    if (failed) throw new Error('libsodium could not seal a record.');
    return sealed;
  },

  open(key, nonce, sealed, aad, read) {
    const { bytes } = key as RawKey;
    const text = KEY_BYTES + NONCE_BYTES + aad.length;
    const end = text + sealed.length;
    if (!scratch.holds(end)) return openLarge(bytes, nonce, sealed, aad, read);
    const { memory, at } = scratch.view();
    layOut(memory, at, bytes, nonce, aad, sealed);
    const failed = scratch.decrypt(
      at + text,
      sealed.length,
      at + KEY_BYTES + NONCE_BYTES,
      aad.length,
      at + KEY_BYTES,
      at,
    );
    try {
      return failed ? null : read(scratch.bytes(at + text, at + end - TAG_BYTES));
    } finally {
      memory.fill(0, at, at + end);
    }
  },

  key(bytes): RawKey {
    // Not Uint8Array.from, which goes by the iterator and takes as long as the rest of unwrapping a key.
    const copy = new Uint8Array(bytes);
    return { suite: 1, bytes: copy, wipe: () => copy.fill(0) };
  },
};

function layOut(
  memory: Uint8Array,
  at: number,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
): void {
  memory.set(key, at);
  memory.set(nonce, at + KEY_BYTES);
  memory.set(aad, at + KEY_BYTES + NONCE_BYTES);
  memory.set(text, at + KEY_BYTES + NONCE_BYTES + aad.length);
}

function openLarge<T>(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
  read: (plaintext: Buffer) => T,
): T | null {
  let plaintext: Uint8Array;
  try {
    plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, key);
  } catch {
    // libsodium's only failure here is the tag: lengths are checked by the envelope before.
    return null;
  }
  try {
    return read(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length));
  } finally {
    plaintext.fill(0);
  }
}
