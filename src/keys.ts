import { setting, wholeNumber } from './environment';

/** The key-encryption key in an HSM, when GDPR_PKCS11_LIBRARY names the library of one. */
export function keyEncryption(): object {
  const library = setting('GDPR_PKCS11_LIBRARY');
  if (library === undefined) return {};
  const token = {
    provider: 'pkcs11',
    library,
    tokenLabel: setting('GDPR_PKCS11_TOKEN'),
    ...(setting('GDPR_PKCS11_SLOT') === undefined ? {} : { slot: wholeNumber('GDPR_PKCS11_SLOT', 0) }),
    pin: setting('GDPR_PKCS11_PIN'),
    pinFile: setting('GDPR_PKCS11_PIN_FILE'),
  };
  const previous = setting('GDPR_PKCS11_KEY_PREVIOUS');
  return {
    keyEncryption: { ...token, keyLabel: setting('GDPR_PKCS11_KEY') ?? 'gdpr' },
    keyEncryptionPrevious: previous === undefined ? [] : [{ ...token, keyLabel: previous }],
  };
}

/** A database of the key store's own, when GDPR_KEY_STORE_CLIENT asks for one. */
export function keyStore(): object {
  const client = setting('GDPR_KEY_STORE_CLIENT');
  if (client === undefined) return {};
  const connection =
    client === 'sqlite' ? { filename: setting('GDPR_KEY_STORE_FILENAME') } : setting('GDPR_KEY_STORE_URL');
  return { keyStore: { connection: { client, connection, pool: { min: 0, max: 5 } } } };
}
