import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';

import type { Suite, SuiteKey } from './suite';

interface OpenSslKey extends SuiteKey {
  readonly keyObject: KeyObject;
}

const TAG_BYTES = 16;

/**
 * Suite 2, for those who must: AES-256-GCM (NIST SP 800-38D) by OpenSSL. Random 96-bit nonces allow 2^32 records a
 * key; one key a data subject keeps far below that.
 */
export const aes256Gcm: Suite = {
  id: 2,
  name: 'AES-256-GCM',
  nonceBytes: 12,
  tagBytes: TAG_BYTES,

  seal(key, nonce, plaintext, aad) {
    const cipher = createCipheriv('aes-256-gcm', (key as OpenSslKey).keyObject, nonce, {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(aad);
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },

  open(key, nonce, sealed, aad, read) {
    const decipher = createDecipheriv('aes-256-gcm', (key as OpenSslKey).keyObject, nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    try {
      // GCM is a stream: the last part is empty, and what the call is for is the tag.
      if (!isAuthentic(decipher)) return null;
      return read(plaintext);
    } finally {
      plaintext.fill(0);
    }
  },

  key(bytes): OpenSslKey {
    // A cached KeyObject: a raw buffer for every operation is five times slower on Node 24.
    return { suite: 2, keyObject: createSecretKey(bytes), wipe: () => undefined };
  },
};

function isAuthentic(decipher: DecipherGCM): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
