import { randomBytes } from 'node:crypto';

import { failChild } from '../../support/child';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
  await (app.strapi.documents(CONTACT as never) as any).create({ data: { email: 'ada@example.org' } });
});
afterAll(async () => {
  await app.stop();
});

const env = (): Record<string, string> => ({ ...app.database.env, LOG_LEVEL: 'error' });

test.each([
  [
    'another key',
    { GDPR_MASTER_KEY: randomBytes(32).toString('base64') },
    /^The data in this database is sealed under the key-encryption key local:[0-9a-f]{16}, but the configured one is local:[0-9a-f]{16}: set GDPR_MASTER_KEY/,
  ],
  ['no key', { GDPR_MASTER_KEY: '' }, /^GDPR_MASTER_KEY is not set: set it/],
  ['half a key', { GDPR_MASTER_KEY: 'c2hvcnQ=' }, /^GDPR_MASTER_KEY must be base64 of exactly 32 bytes/],
  [
    'a key file that is not there',
    { GDPR_MASTER_KEY: '', GDPR_MASTER_KEY_FILE: '/nowhere/key' },
    /^GDPR_MASTER_KEY_FILE names \/nowhere\/key, which cannot be read/,
  ],
])('%s stops the boot with one sentence that says what to do', async (_name, change, sentence) => {
  const { code, output } = await failChild({ ...env(), ...change });
  expect(code).toBe(1);
  expect(output).toMatch(sentence);
  expect(output.split('\n')).toHaveLength(1);
});

test('the right key opens what was sealed before the restart', async () => {
  await app.restart();
  const [contact] = await (app.strapi.documents(CONTACT as never) as any).findMany({
    filters: { email: 'ada@example.org' },
  });
  expect(contact.email).toBe('ada@example.org');
});
