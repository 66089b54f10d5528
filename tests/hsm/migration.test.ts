import { randomBytes } from 'node:crypto';

import { failChild, startChild } from '../support/child';
import { runCommand } from '../support/command';
import { type SoftHsm, startSoftHsm } from '../support/softhsm';
import { CONTACT, startStrapi, type TestStrapi } from '../support/strapi';

const localKey = randomBytes(32).toString('base64');
let app: TestStrapi;
let hsm: SoftHsm;

beforeAll(async () => {
  hsm = startSoftHsm(['gdpr', 'gdpr-2']);
  app = await startStrapi({
    env: { GDPR_MASTER_KEY: localKey, GDPR_MASTER_KEY_PREVIOUS: '', GDPR_PKCS11_LIBRARY: '' },
  });
  for (const name of ['ada', 'grace']) await documents().create({ data: { email: `${name}@example.org` } });
});
afterAll(async () => {
  await app.stop();
});

const documents = (): any => app.strapi.documents(CONTACT as never);
const find = async (name: string): Promise<string[]> => {
  app.strapi.plugin('gdpr').service<any>('vault').of().keys.forget();
  return (await documents().findMany({ filters: { email: `${name}@example.org` } })).map(
    ({ email }: any) => email,
  );
};
const inHsm = (): Record<string, string> => ({ ...hsm.env, GDPR_MASTER_KEY: '', GDPR_PKCS11_KEY: 'gdpr' });

test('from a local key to an HSM is a rotation, and the local key may go afterwards', async () => {
  const env = { ...inHsm(), GDPR_MASTER_KEY_PREVIOUS: localKey };
  await app.restart(env);
  expect(await find('ada')).toEqual(['ada@example.org']);
  const { code, stdout } = await runCommand(['keys', 'rotate'], env);
  expect(stdout).toMatch(/the key-encryption key is pkcs11:[0-9a-f]{12}:gdpr\./);
  expect(code).toBe(0);
  await app.restart({ ...inHsm(), GDPR_MASTER_KEY_PREVIOUS: '' });
  expect(await find('grace')).toEqual(['grace@example.org']);
  await documents().create({ data: { email: 'edith@example.org' } });
});

test('from one key in the HSM to the next, too', async () => {
  const env = { ...inHsm(), GDPR_PKCS11_KEY: 'gdpr-2', GDPR_PKCS11_KEY_PREVIOUS: 'gdpr' };
  const { code } = await runCommand(['keys', 'rotate'], env);
  expect(code).toBe(0);
  await app.restart({ ...env, GDPR_PKCS11_KEY_PREVIOUS: '' });
  expect(await find('edith')).toEqual(['edith@example.org']);
});

test('without the HSM nothing boots', async () => {
  hsm.remove();
  const { code, output } = await failChild({ LOG_LEVEL: 'error' });
  hsm.back();
  expect(code).toBe(1);
  expect(output).toMatch(/^The HSM behind .* \(GDPR_PKCS11_LIBRARY\) cannot be reached/);
  expect(output.split('\n')).toHaveLength(1);
});

test('a master key beside the HSM is refused with a sentence that says where it belongs', async () => {
  const { code, output } = await failChild({ LOG_LEVEL: 'error', GDPR_MASTER_KEY: localKey });
  expect(code).toBe(1);
  expect(output).toMatch(/GDPR_MASTER_KEY is set as well: move it to GDPR_MASTER_KEY_PREVIOUS/);
});

test('while the HSM is away a request gets a bare 503, and its answer again when it is back', async () => {
  const node = await startChild({ LOG_LEVEL: 'fatal' });
  const subscribe = (email: string) =>
    fetch(`http://127.0.0.1:${String(node.port)}/api/gdpr/subscriptions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, purposes: ['newsletter'] }),
    });
  expect((await subscribe('before@example.org')).status).toBe(202);
  hsm.remove();
  const away = await subscribe('away@example.org');
  hsm.back();
  expect(away.status).toBe(503);
  expect(JSON.stringify(await away.json())).not.toMatch(/HSM|CKR|softhsm/i);
  expect((await subscribe('after@example.org')).status).toBe(202);
  await node.kill();
});
