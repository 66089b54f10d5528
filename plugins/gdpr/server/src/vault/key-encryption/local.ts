import { GdprError } from '../../platform/errors';
import { randomBytes } from '../random';
import { sodium } from '../sodium';

import type { KeyEncryptionProvider, WrappedSecret } from './provider';

const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 24;
const ID_CONTEXT = 'strapi-plugin-gdpr-crm key-encryption key id v1';
const WRAP_CONTEXT = 'strapi-plugin-gdpr-crm key wrapping v1';

/**
 * A key-encryption key in the memory of this process, out of `GDPR_MASTER_KEY` or a file. Wrapped form:
 * nonce 24 │ ciphertext │ tag 16 by XChaCha20-Poly1305, with the key's id and the context as associated data.
 */
export function createLocalProvider(masterKey: Uint8Array): KeyEncryptionProvider {
  const wrappingKey = sodium.crypto_generichash(32, WRAP_CONTEXT, masterKey);
  const currentKeyId = `local:${sodium.to_hex(sodium.crypto_generichash(16, ID_CONTEXT, masterKey)).slice(0, 16)}`;
  const aad = (context: string): string => `${currentKeyId}\0${context}`;

  function unwrap({ keyId, wrapped, context }: WrappedSecret): Uint8Array | null {
    if (keyId !== currentKeyId || wrapped.length <= NONCE_BYTES) return null;
    try {
      return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        null,
        wrapped.subarray(NONCE_BYTES),
        aad(context),
        wrapped.subarray(0, NONCE_BYTES),
        wrappingKey,
      );
    } catch {
      return null;
    }
  }

  return {
    currentKeyId,
    knows: (keyId) => keyId === currentKeyId,
    wrap(secret, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        secret,
        aad(context),
        null,
        nonce,
        wrappingKey,
      );
      return Promise.resolve(Buffer.concat([nonce, sealed]));
    },
    unwrapMany: (wrapped) => Promise.resolve(wrapped.map(unwrap)),
  };
}

/**
 * Parses a master key: base64 (or base64url) of exactly 32 bytes.
 *
 * @param source the setting it came from, for the message
 * @throws GdprError `key-encryption-key-invalid`; the message never holds what was read
 */
export function parseMasterKey(text: string, source: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed);
  if (isBase64 && bytes.length === MASTER_KEY_BYTES) return bytes;
  throw new GdprError(
    'key-encryption-key-invalid',
    `${source} must be base64 of exactly 32 bytes (44 characters); make one with \`openssl rand -base64 32\`.`,
  );
}
