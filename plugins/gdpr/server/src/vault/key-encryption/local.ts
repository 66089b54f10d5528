import { GdprError } from '../../platform/errors';
import { randomBytes } from '../random';
import { sodium } from '../sodium';
import { createScratch } from '../sodium-scratch';

import type { KeyEncryptionProvider, PlainSecret, WrappedSecret } from './provider';

const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const ID_CONTEXT = 'strapi-plugin-gdpr-crm key-encryption key id v1';
const WRAP_CONTEXT = 'strapi-plugin-gdpr-crm key wrapping v1';

/** What the `wrapped` columns hold at most; a longer value was not made here. */
const MAX_WRAPPED = 255;
/** Longest use of the scratch area: key, nonce, a wrapped secret, and associated data of an id and a context. */
const SCRATCH_USED = 1_024;

const scratch = createScratch();

/**
 * A key-encryption key in the memory of this process, out of `GDPR_MASTER_KEY` or a file. Wrapped form:
 * nonce 24 │ ciphertext │ tag 16 by XChaCha20-Poly1305, with the key's id and the context as associated data.
 *
 * A page of records that nobody has read for a minute needs a key each, and a rotation needs all there are, so that
 * both directions go through libsodium's memory directly, laid out as key │ nonce │ text │ associated data, which is
 * wiped after each batch.
 */
export function createLocalProvider(masterKey: Uint8Array): KeyEncryptionProvider {
  const wrappingKey = sodium.crypto_generichash(32, WRAP_CONTEXT, masterKey);
  const currentKeyId = `local:${sodium.to_hex(sodium.crypto_generichash(16, ID_CONTEXT, masterKey)).slice(0, 16)}`;
  const aadStart = `${currentKeyId}\0`;

  /** One AEAD call in the scratch area. @returns its output, or `null` when the text does not authenticate */
  function inScratch(
    direction: 'encrypt' | 'decrypt',
    nonceAndText: Uint8Array,
    context: string,
  ): Uint8Array | null {
    const textLength = nonceAndText.length - NONCE_BYTES;
    const outputLength = direction === 'encrypt' ? textLength + TAG_BYTES : textLength - TAG_BYTES;
    const textAt = MASTER_KEY_BYTES + NONCE_BYTES;
    const aadAt = textAt + textLength + TAG_BYTES;
    const { memory, at } = scratch.view();
    memory.set(wrappingKey, at);
    memory.set(nonceAndText, at + MASTER_KEY_BYTES);
    const aadLength = scratch.write(at + aadAt, aadStart + context);
    const failed = scratch[direction](
      at + textAt,
      textLength,
      at + aadAt,
      aadLength,
      at + MASTER_KEY_BYTES,
      at,
    );
    return failed ? null : memory.slice(at + textAt, at + textAt + outputLength);
  }

  function wipe(): void {
    const { memory, at } = scratch.view();
    memory.fill(0, at, at + SCRATCH_USED);
  }

  function wrap({ secret, context }: PlainSecret): Uint8Array {
    const plain = Buffer.allocUnsafe(NONCE_BYTES + secret.length);
    plain.set(randomBytes(NONCE_BYTES));
    plain.set(secret, NONCE_BYTES);
    const sealed = inScratch('encrypt', plain, context);
    plain.fill(0, NONCE_BYTES);
    if (sealed === null) throw new Error('libsodium could not wrap a key.');
    const wrapped = Buffer.allocUnsafe(NONCE_BYTES + sealed.length);
    wrapped.set(plain.subarray(0, NONCE_BYTES));
    wrapped.set(sealed, NONCE_BYTES);
    return wrapped;
  }

  function unwrap({ keyId, wrapped, context }: WrappedSecret): Uint8Array | null {
    if (keyId !== currentKeyId) return null;
    // A wrapped secret is some hundred bytes at most; anything else was not made here.
    if (wrapped.length < NONCE_BYTES + TAG_BYTES || wrapped.length > MAX_WRAPPED) return null;
    return inScratch('decrypt', wrapped, context);
  }

  return {
    currentKeyId,
    knows: (keyId) => keyId === currentKeyId,
    wrapMany(secrets) {
      const wrapped = secrets.map(wrap);
      wipe();
      return Promise.resolve(wrapped);
    },
    unwrapMany(wrapped) {
      const secrets = wrapped.map(unwrap);
      wipe();
      return Promise.resolve(secrets);
    },
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
    `${source} must be base64 of exactly 32 bytes (44 characters); make one with \`strapi-gdpr keys generate\`.`,
  );
}
