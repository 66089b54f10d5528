import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Settings } from '../../platform/settings';
import { sodiumReady } from '../sodium';

import { createKeyRing, KeyRing } from '.';
import { createLocalProvider } from './local';

beforeAll(sodiumReady);

const settings = (values: Partial<Settings>): Settings =>
  ({
    keyEncryption: { provider: 'local' },
    keyEncryptionPrevious: [],
    masterKeyPrevious: [],
    ...values,
  }) as unknown as Settings;
const KEY = Buffer.alloc(32, 7);

describe('a local key-encryption key', () => {
  test('unwraps what it wrapped, for the same use only', async () => {
    const provider = new KeyRing(createLocalProvider(KEY));
    const secret = randomBytes(32);
    const wrapped = await provider.wrap(secret, 'data key 1');
    const keyId = provider.currentKeyId;
    const [same, otherUse, otherKey] = await provider.unwrapMany([
      { keyId, wrapped, context: 'data key 1' },
      { keyId, wrapped, context: 'data key 2' },
      { keyId: 'local:0000000000000000', wrapped, context: 'data key 1' },
    ]);
    expect(Buffer.from(same ?? [])).toEqual(secret);
    expect(otherUse).toBeNull();
    expect(otherKey).toBeNull();
  });

  test('has an id of its own that does not tell it', () => {
    expect(createLocalProvider(KEY).currentKeyId).not.toBe(
      createLocalProvider(Buffer.alloc(32, 8)).currentKeyId,
    );
    expect(createLocalProvider(KEY).currentKeyId).not.toContain(KEY.toString('hex').slice(0, 16));
  });
});

describe('settings that yield no key stop with one sentence', () => {
  test.each([
    [{}, 'GDPR_MASTER_KEY is not set'],
    [{ masterKey: 'short' }, 'GDPR_MASTER_KEY must be base64 of exactly 32 bytes'],
    [
      { masterKey: `${KEY.toString('base64').slice(0, -1)}!` },
      'GDPR_MASTER_KEY must be base64 of exactly 32 bytes',
    ],
    [
      { masterKeyFile: '/nowhere/master.key' },
      'GDPR_MASTER_KEY_FILE names /nowhere/master.key, which cannot be read',
    ],
    [{ masterKey: KEY.toString('base64'), masterKeyFile: '/x' }, 'are both set'],
  ])('%p', (values, message) => {
    expect(() => createKeyRing(settings(values))).toThrow(message);
  });

  test('the message never repeats what was read', () => {
    const secret = randomBytes(31).toString('base64');
    try {
      createKeyRing(settings({ masterKey: secret }));
    } catch (error) {
      expect(String(error)).not.toContain(secret);
      return;
    }
    throw new Error('31 bytes were taken for a key.');
  });

  test('a file with a line break at its end is fine', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-key-'));
    const file = path.join(directory, 'master.key');
    writeFileSync(file, `${KEY.toString('base64')}\n`);
    const provider = createKeyRing(settings({ masterKeyFile: file }));
    expect(provider.currentKeyId).toBe(createLocalProvider(KEY).currentKeyId);
    rmSync(directory, { recursive: true });
  });
});
