import { sodium } from '../sodium';

import type { Suite, SuiteKey } from './suite';

interface RawKey extends SuiteKey {
  readonly bytes: Uint8Array;
}

/**
 * Suite 1, the default: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) by libsodium. Its 192-bit nonces may be drawn
 * at random without counting, and a small record takes a quarter of the time OpenSSL needs to set up a context.
 */
export const xchacha20Poly1305: Suite = {
  id: 1,
  name: 'XChaCha20-Poly1305',
  nonceBytes: 24,
  tagBytes: 16,

  seal(key, nonce, plaintext, aad) {
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, (key as RawKey).bytes);
  },

  open(key, nonce, sealed, aad) {
    try {
      return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, (key as RawKey).bytes);
    } catch {
      // libsodium's only failure here is the tag: lengths are checked by the envelope before.
      return null;
    }
  },

  key(bytes): RawKey {
    const copy = Uint8Array.from(bytes);
    return { suite: 1, bytes: copy, wipe: () => copy.fill(0) };
  },
};
