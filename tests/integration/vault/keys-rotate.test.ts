import { randomBytes } from 'node:crypto';

import { failChild, startChild } from '../../support/child';
import { killCommand, runCommand } from '../../support/command';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const MANY = 24_000;
const oldKey = randomBytes(32).toString('base64');
const newKey = randomBytes(32).toString('base64');
/** What every node and command is given for the time of the rotation. */
const rotating = { GDPR_MASTER_KEY: newKey, GDPR_MASTER_KEY_PREVIOUS: oldKey };

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi({ env: { GDPR_MASTER_KEY: oldKey, GDPR_MASTER_KEY_PREVIOUS: '' } });
  for (const name of ['ada', 'grace', 'edith']) await create(`${name}@example.org`);
  await addKeys(MANY);
}, 120_000);
afterAll(async () => {
  await app.stop();
});

const documents = (): any => app.strapi.documents(CONTACT as never);
const create = (email: string): Promise<{ documentId: string }> =>
  documents().create({ data: { email, firstName: 'A' } });
const find = async (email: string): Promise<string[]> =>
  (await documents().findMany({ filters: { email } })).map((contact: { email: string }) => contact.email);
const vault = (): any => app.strapi.plugin('gdpr').service<any>('vault').of();
const run = (): any => app.knex('gdpr_runs').where({ kind: 'rewrap-keys' }).first();
const keksInUse = async (): Promise<string[]> =>
  (await app.knex('gdpr_data_keys').distinct('kek_id').orderBy('kek_id')).map((row: any) => row.kek_id);

/** Keys of people who have no records here: what a rotation has to work through. */
async function addKeys(count: number): Promise<void> {
  const { ring } = vault();
  for (let done = 0; done < count; done += 500) {
    const ids = Array.from({ length: 500 }, () => randomBytes(32));
    const secrets = ids.map((id) => ({ secret: randomBytes(32), context: `data key ${id.toString('hex')}` }));
    const wrapped = await ring.wrapMany(secrets);
    await app.knex('gdpr_data_keys').insert(
      ids.map((id, at) => ({
        id,
        subject: null,
        kek_id: ring.currentKeyId,
        wrapped: Buffer.from(wrapped[at]),
        created_at: 1,
      })),
    );
  }
}

test('a rotation that is killed goes on where it stopped, and no record is lost on the way', async () => {
  const before = vault().ring.currentKeyId;
  await app.restart(rotating);
  const after = vault().ring.currentKeyId;
  expect(after).not.toBe(before);

  // Until the rotation begins, new keys stay readable to nodes that have only the previous key.
  await create('before@example.org');
  expect(await keksInUse()).toEqual([before]);

  await killCommand(['keys', 'rotate'], rotating, async () => Number((await run())?.done ?? 0) > 2_000);
  const halfway = await run();
  expect(halfway.state).toBe('running');
  expect(Number(halfway.done)).toBeLessThan(MANY);
  expect(await keksInUse()).toEqual([before, after].sort());

  // Reads and writes go on, here and on another node.
  vault().keys.forget();
  expect(await find('ada@example.org')).toEqual(['ada@example.org']);
  const other = await startChild(rotating);
  const response = await fetch(`http://127.0.0.1:${String(other.port)}/api/gdpr/subscriptions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'during@example.org', purposes: ['newsletter'] }),
  });
  expect(response.status).toBe(202);
  await other.kill();

  // The dead process's lease runs out.
  await app.knex('gdpr_runs').update({ lease_until: 0 });
  const { code, stdout } = await runCommand(['keys', 'rotate'], rotating);
  expect(stdout).toContain('GDPR_MASTER_KEY_PREVIOUS (or GDPR_MASTER_KEY_PREVIOUS_FILE) may be removed');
  expect(code).toBe(0);
  expect(await keksInUse()).toEqual([after]);
  expect((await run()).state).toBe('finished');

  await create('after@example.org');
  await app.restart({ GDPR_MASTER_KEY: newKey, GDPR_MASTER_KEY_PREVIOUS: '' });
  for (const name of ['ada', 'grace', 'edith', 'before', 'after'])
    expect(await find(`${name}@example.org`)).toEqual([`${name}@example.org`]);
}, 180_000);

test('a node without a key that something is wrapped under does not boot, and says what to set', async () => {
  const { code, output } = await failChild({
    LOG_LEVEL: 'error',
    GDPR_MASTER_KEY: oldKey,
    GDPR_MASTER_KEY_PREVIOUS: '',
  });
  expect(code).toBe(1);
  expect(output).toMatch(
    /is sealed under the key-encryption key local:[0-9a-f]{16}.*GDPR_MASTER_KEY_PREVIOUS/,
  );
  expect(output.split('\n')).toHaveLength(1);
});

test('a destroyed key stays destroyed, and a key that was changed is told of and left alone', async () => {
  const thirdKey = randomBytes(32).toString('base64');
  const [destroyed, broken] = await app.knex('gdpr_data_keys').select('id').where({ created_at: 1 }).limit(2);
  await app.knex('gdpr_data_keys').where({ id: destroyed.id }).update({ wrapped: null, destroyed_at: 2 });
  const garbage = randomBytes(72);
  await app.knex('gdpr_data_keys').where({ id: broken.id }).update({ wrapped: garbage });
  const env = { GDPR_MASTER_KEY: thirdKey, GDPR_MASTER_KEY_PREVIOUS: newKey };
  const { code, stdout } = await runCommand(['keys', 'rotate'], env);
  expect(stdout).toMatch(/^1 keys could not be unwrapped/m);
  expect(code).toBe(1);
  expect((await app.knex('gdpr_data_keys').where({ id: destroyed.id }).first()).wrapped).toBeNull();
  expect((await app.knex('gdpr_data_keys').where({ id: broken.id }).first()).wrapped).toEqual(garbage);

  const { stdout: json } = await runCommand(['keys', 'status', '--json'], env);
  const status = JSON.parse(json);
  expect(status.keyEncryptionKeys).toEqual([
    expect.objectContaining({ isCurrent: true, systemKeys: expect.any(Number) }),
    expect.objectContaining({ isCurrent: false, dataKeys: 1, systemKeys: 0 }),
  ]);
  expect(JSON.stringify(status)).not.toContain(thirdKey);
}, 60_000);

test('keys generate prints a key that can be used', async () => {
  const { stdout } = await runCommand(['keys', 'generate']);
  expect(Buffer.from(stdout.trim(), 'base64')).toHaveLength(32);
});
