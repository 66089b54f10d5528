import { createHash } from 'node:crypto';

import type { AesGCM } from 'pkcs11js';

import { GdprError, UnavailableError } from '../../platform/errors';
import type { Pkcs11Settings } from '../../platform/settings';
import { randomBytes } from '../random';

import { nameOf, Pkcs11Token, type TokenSession } from './pkcs11-token';
import type { KeyEncryptionProvider, PlainSecret, WrappedSecret } from './provider';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PROBE = 'probe';

/**
 * A key-encryption key that never leaves a hardware security module: AES-256-GCM (CKM_AES_GCM) inside a PKCS#11 token.
 * Wrapped form: nonce 12 │ ciphertext │ tag 16, with the key's id and the context as associated data. Random 96-bit
 * nonces allow 2^32 wrappings a key (NIST SP 800-38D, 8.3).
 *
 * When the token is away every use fails with an {@link UnavailableError}; the next one opens a new session.
 *
 * @throws GdprError when the token cannot be used now: the boot stops with its sentence
 */
export function createPkcs11Provider(settings: Pkcs11Settings): KeyEncryptionProvider {
  const token = new Pkcs11Token(settings);
  assertGcm(token);
  const currentKeyId = keyIdOf(token.label, settings.keyLabel);
  let queue: Promise<unknown> = Promise.resolve();

  /** One operation at a time in the session: PKCS#11 allows no two. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  }

  async function encrypt({ secret, context }: PlainSecret): Promise<Uint8Array> {
    const { module, session, key, api } = token.session();
    const nonce = Buffer.from(randomBytes(NONCE_BYTES));
    module.C_EncryptInit(session, gcm(api, nonce, aad(context)), key);
    const sealed = await module.C_EncryptAsync(
      session,
      Buffer.from(secret),
      Buffer.alloc(secret.length + TAG_BYTES),
    );
    return Buffer.concat([nonce, sealed]);
  }

  async function decrypt({ wrapped, context }: WrappedSecret): Promise<Uint8Array> {
    const { module, session, key, api } = token.session();
    const nonce = Buffer.from(wrapped.subarray(0, NONCE_BYTES));
    const sealed = Buffer.from(wrapped.subarray(NONCE_BYTES));
    module.C_DecryptInit(session, gcm(api, nonce, aad(context)), key);
    return module.C_DecryptAsync(session, sealed, Buffer.alloc(sealed.length));
  }

  /** Tries once more in a new session, because a lost session and a restarted HSM are mended by one. */
  async function twice<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GdprError) throw error;
      token.forget(true);
      return work();
    }
  }

  /**
   * Libraries answer a tag that does not fit with errors that also mean other things (SoftHSM: CKR_GENERAL_ERROR). What
   * tells them apart is whether the key works on something of our own.
   */
  async function unwrap(wrapped: WrappedSecret): Promise<Uint8Array | null> {
    if (wrapped.keyId !== currentKeyId || wrapped.wrapped.length < NONCE_BYTES + TAG_BYTES) return null;
    try {
      return await decrypt(wrapped);
    } catch {
      token.forget();
    }
    try {
      return await twice(() => decrypt(wrapped));
    } catch (error) {
      if (error instanceof GdprError) throw error;
      await probe(error);
      return null;
    }
  }

  async function probe(cause: unknown): Promise<void> {
    try {
      token.forget();
      const wrapped = await encrypt({ secret: new Uint8Array(32), context: PROBE });
      await decrypt({ keyId: currentKeyId, wrapped, context: PROBE });
    } catch (error) {
      throw unavailable(error instanceof GdprError ? error : cause);
    }
  }

  const aad = (context: string): Buffer => Buffer.from(`${currentKeyId}\0${context}`);

  return {
    currentKeyId,
    knows: (keyId) => keyId === currentKeyId,
    wrapMany: (secrets) =>
      inTurn(async () => {
        const wrapped: Uint8Array[] = [];
        try {
          for (const one of secrets) wrapped.push(await twice(() => encrypt(one)));
        } catch (error) {
          throw unavailable(error);
        }
        return wrapped;
      }),
    unwrapMany: (wrapped) =>
      inTurn(async () => {
        const secrets: (Uint8Array | null)[] = [];
        for (const one of wrapped) secrets.push(await unwrap(one));
        return secrets;
      }),
    close: () => token.forget(true),
  };
}

function gcm(
  api: TokenSession['api'],
  iv: Buffer,
  aad: Buffer,
): Parameters<TokenSession['module']['C_EncryptInit']>[1] {
  const parameter: AesGCM = {
    type: api.CK_PARAMS_AES_GCM,
    iv,
    aad,
    ivBits: iv.length * 8,
    tagBits: TAG_BYTES * 8,
  };
  return { mechanism: api.CKM_AES_GCM, parameter };
}

function assertGcm(token: Pkcs11Token): void {
  const { module, session, api } = token.session();
  try {
    module.C_GetMechanismInfo(module.C_GetSessionInfo(session).slotID, api.CKM_AES_GCM);
  } catch {
    throw new GdprError(
      'key-encryption-key-invalid',
      'The HSM does not offer AES-GCM (CKM_AES_GCM), which the key-encryption key is used with: use a token that does.',
    );
  }
}

/** Readable in `strapi-gdpr keys status`, and different for equal labels in two tokens. */
function keyIdOf(tokenLabel: string, keyLabel: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tokenLabel, keyLabel]))
    .digest('hex')
    .slice(0, 12);
  const readable = keyLabel.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 40);
  return `pkcs11:${digest}:${readable}`;
}

function unavailable(error: unknown): GdprError {
  if (error instanceof GdprError) return error;
  return new UnavailableError(
    'key-encryption-unavailable',
    `The HSM that holds the key-encryption key does not work (${nameOf(error)}): nothing is read or written until it is back.`,
  );
}
