import { readFileSync } from 'node:fs';

import { GdprError } from '../../platform/errors';
import type { Settings } from '../../platform/settings';

import { KeyRing } from './key-ring';
import { createLocalProvider, parseMasterKey } from './local';
import { createPkcs11Provider } from './pkcs11';
import type { KeyEncryptionProvider } from './provider';

export { KeyRing } from './key-ring';
export type { KeyEncryptionProvider, WrappedSecret } from './provider';

/**
 * The key-encryption keys that the settings name: the current one, and those before it.
 *
 * @throws GdprError when there is no usable key, with one sentence that says what to set
 */
export function createKeyRing(settings: Settings): KeyRing {
  const current = currentProvider(settings);
  const known = new Set([current.currentKeyId]);
  const previous: KeyEncryptionProvider[] = [];
  for (const provider of previousProviders(settings)) {
    if (known.has(provider.currentKeyId)) continue;
    known.add(provider.currentKeyId);
    previous.push(provider);
  }
  return new KeyRing(current, previous);
}

function currentProvider(settings: Settings): KeyEncryptionProvider {
  const { masterKey, masterKeyFile, keyEncryption } = settings;
  if (keyEncryption.provider === 'pkcs11') {
    if (masterKey !== undefined || masterKeyFile !== undefined) {
      throw new GdprError(
        'key-encryption-key-invalid',
        'The key-encryption key is in an HSM (keyEncryption), and GDPR_MASTER_KEY is set as well: move it to ' +
          'GDPR_MASTER_KEY_PREVIOUS until `strapi-gdpr keys rotate` is done, then remove it.',
      );
    }
    return createPkcs11Provider(keyEncryption);
  }
  if (masterKey !== undefined && masterKeyFile !== undefined) {
    throw new GdprError(
      'key-encryption-key-invalid',
      'GDPR_MASTER_KEY and GDPR_MASTER_KEY_FILE are both set; keep the one that holds the key and remove the other.',
    );
  }
  if (masterKey !== undefined) return createLocalProvider(parseMasterKey(masterKey, 'GDPR_MASTER_KEY'));
  if (masterKeyFile !== undefined) {
    const source = 'GDPR_MASTER_KEY_FILE';
    return createLocalProvider(
      parseMasterKey(readKeyFile(masterKeyFile, source), `The file ${masterKeyFile} (${source})`),
    );
  }
  throw new GdprError(
    'key-encryption-key-missing',
    'GDPR_MASTER_KEY is not set: set it (or GDPR_MASTER_KEY_FILE) to base64 of 32 random bytes, for example from ' +
      '`strapi-gdpr keys generate` or `openssl rand -base64 32`, and keep a copy where the database is not.',
  );
}

function previousProviders(settings: Settings): KeyEncryptionProvider[] {
  const { masterKeyPrevious, masterKeyPreviousFile, keyEncryptionPrevious } = settings;
  const source = 'GDPR_MASTER_KEY_PREVIOUS_FILE';
  const lines =
    masterKeyPreviousFile === undefined
      ? []
      : readKeyFile(masterKeyPreviousFile, source)
          .split('\n')
          .filter((line) => line.trim() !== '');
  return [
    ...masterKeyPrevious.map((text) => parseMasterKey(text, 'Each key in GDPR_MASTER_KEY_PREVIOUS')),
    ...lines.map((text) =>
      parseMasterKey(text, `Each line of the file ${String(masterKeyPreviousFile)} (${source})`),
    ),
  ]
    .map(createLocalProvider)
    .concat(keyEncryptionPrevious.map(createPkcs11Provider));
}

function readKeyFile(path: string, source: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new GdprError(
      'key-encryption-key-missing',
      `${source} names ${path}, which cannot be read; check the path and its permissions.`,
    );
  }
}
