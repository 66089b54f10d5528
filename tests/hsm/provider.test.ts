import { randomBytes } from 'node:crypto';

import { createPkcs11Provider } from '../../plugins/gdpr/server/src/vault/key-encryption/pkcs11';
import { sodiumReady } from '../../plugins/gdpr/server/src/vault/sodium';
import { LIBRARY, PIN, type SoftHsm, startSoftHsm } from '../support/softhsm';

let hsm: SoftHsm;
const settings = (change: object = {}): any => ({
  provider: 'pkcs11',
  library: LIBRARY,
  tokenLabel: hsm.tokenLabel,
  pin: PIN,
  keyLabel: 'first',
  ...change,
});

beforeAll(async () => {
  await sodiumReady();
  hsm = startSoftHsm(['first', 'second', 'twin', 'twin']);
});

test('unwraps what it wrapped, under the same key and for the same use only', async () => {
  const first = createPkcs11Provider(settings());
  const second = createPkcs11Provider(settings({ keyLabel: 'second' }));
  expect(first.currentKeyId).toMatch(/^pkcs11:[0-9a-f]{12}:first$/);
  const secret = randomBytes(32);
  const [wrapped, again] = await first.wrapMany([
    { secret, context: 'data key 1' },
    { secret, context: 'data key 1' },
  ]);
  expect(Buffer.from(wrapped ?? []).equals(Buffer.from(again ?? []))).toBe(false);
  const keyId = first.currentKeyId;
  const changed = Buffer.from(wrapped ?? []);
  changed[20] = (changed[20] ?? 0) ^ 1;
  const answers = await first.unwrapMany([
    { keyId, wrapped: wrapped ?? changed, context: 'data key 1' },
    { keyId, wrapped: wrapped ?? changed, context: 'data key 2' },
    { keyId, wrapped: changed, context: 'data key 1' },
    { keyId: second.currentKeyId, wrapped: wrapped ?? changed, context: 'data key 1' },
    { keyId, wrapped: again ?? changed, context: 'data key 1' },
  ]);
  expect(answers.map((answer) => answer && Buffer.from(answer).equals(secret))).toEqual([
    true,
    null,
    null,
    null,
    true,
  ]);
  first.close?.();
  second.close?.();
});

test('a token that is pulled out fails every use with a 503 that names no detail of a request, and works again when it is back', async () => {
  const provider = createPkcs11Provider(settings());
  const [wrapped] = await provider.wrapMany([{ secret: randomBytes(32), context: 'c' }]);
  const use = () =>
    provider.unwrapMany([
      { keyId: provider.currentKeyId, wrapped: wrapped ?? Buffer.alloc(0), context: 'c' },
    ]);
  hsm.remove();
  await expect(use()).rejects.toMatchObject({ status: 503, code: 'key-encryption-unavailable' });
  await expect(provider.wrapMany([{ secret: randomBytes(32), context: 'c' }])).rejects.toMatchObject({
    status: 503,
  });
  hsm.back();
  const [secret] = await use();
  expect(secret).toHaveLength(32);
  provider.close?.();
});

test.each([
  [
    'a library that is not there',
    { library: '/nowhere/lib.so' },
    /HSM behind \/nowhere\/lib.so .* cannot be reached/,
  ],
  ['a token that is not there', { tokenLabel: 'other' }, /has no token with the label "other"/],
  ['a key that is not there', { keyLabel: 'third' }, /has no secret key with the label "third"/],
  ['a label of two keys', { keyLabel: 'twin' }, /has several secret keys with the label "twin"/],
  ['no PIN', { pin: undefined }, /needs a PIN: set GDPR_PKCS11_PIN/],
  ['neither token nor slot', { tokenLabel: undefined }, /names no token: set tokenLabel/],
])('%s is one sentence', (_name, change, sentence) => {
  expect(() => createPkcs11Provider(settings(change))).toThrow(sentence);
});

test('a refused PIN is not shown, and the token is not locked by trying it again', async () => {
  expect(() => createPkcs11Provider(settings({ pin: '999999' }))).toThrow(
    /^The HSM refused the PIN \(CKR_PIN_INCORRECT\)/,
  );
  try {
    createPkcs11Provider(settings({ pin: '888888' }));
  } catch (error) {
    expect(String(error)).not.toContain('888888');
  }
  const provider = createPkcs11Provider(settings());
  expect(await provider.wrapMany([{ secret: randomBytes(32), context: 'c' }])).toHaveLength(1);
  provider.close?.();
});
