import { readFileSync } from 'node:fs';

import { GdprError } from '../../platform/errors';
import type { Settings } from '../../platform/settings';

import { createLocalProvider, parseMasterKey } from './local';
import type { KeyEncryptionProvider } from './provider';

export type { KeyEncryptionProvider } from './provider';

/**
 * The provider that the settings ask for.
 *
 * @throws GdprError when there is no usable key, with one sentence that says what to set
 */
export function createKeyEncryptionProvider(settings: Settings): KeyEncryptionProvider {
  const { masterKey, masterKeyFile } = settings;
  if (masterKey !== undefined && masterKeyFile !== undefined) {
    throw new GdprError(
      'key-encryption-key-invalid',
      'GDPR_MASTER_KEY and GDPR_MASTER_KEY_FILE are both set; keep the one that holds the key and remove the other.',
    );
  }
  if (masterKey !== undefined) return createLocalProvider(parseMasterKey(masterKey, 'GDPR_MASTER_KEY'));
  if (masterKeyFile !== undefined) return createLocalProvider(readKeyFile(masterKeyFile));
  throw new GdprError(
    'key-encryption-key-missing',
    'GDPR_MASTER_KEY is not set: set it (or GDPR_MASTER_KEY_FILE) to base64 of 32 random bytes, for example from ' +
      '`openssl rand -base64 32`, and keep a copy where the database is not.',
  );
}

function readKeyFile(path: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new GdprError(
      'key-encryption-key-missing',
      `GDPR_MASTER_KEY_FILE names ${path}, which cannot be read; check the path and its permissions.`,
    );
  }
  return parseMasterKey(text, `The file ${path} (GDPR_MASTER_KEY_FILE)`);
}
