import { ends, killCommand, runCommand, startCommand } from '../../support/command';
import { CONTACT, DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';

const PEOPLE = 1_500;

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
  for (let at = 0; at < PEOPLE; at += 500) {
    const data = Array.from({ length: 500 }, (_, one) => person(at + one));
    await app.strapi.db.query(CONTACT).createMany({ data: data as never });
  }
}, 180_000);
afterAll(async () => {
  await app.stop();
});

const person = (number: number): object => ({
  email: `p${String(number)}@example.org`,
  lastName: `Person${String(number)}`,
});
const documents = (): any => app.strapi.documents(CONTACT as never);
const run = (): any => app.knex('gdpr_runs').where({ kind: 'rotate-index-key' }).first();
const scopes = async (): Promise<number[]> =>
  (await app.knex('gdpr_blind_index').distinct('scope').orderBy('scope')).map(({ scope }: any) =>
    Number(scope),
  );

/** Searches of every kind, exactly answered. */
async function expectExact(number: number, count = 1): Promise<void> {
  const { email, lastName } = person(number) as any;
  expect(await documents().count({ filters: { email } })).toBe(count);
  expect(await documents().count({ filters: { lastName: { $startsWith: lastName }, email } })).toBe(count);
  expect(
    (await documents().findMany({ filters: { email: { $in: [email, 'nobody@example.org'] } } })).length,
  ).toBe(count);
  expect((await documents().findMany({ _q: email })).length).toBe(count);
}

async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      // On SQLite a writer that meets another process’s commit is told to try again; nothing was written.
      if (app.database.client !== 'sqlite' || attempt === 20) throw error;
    }
  }
}

test('the index key rotates, killed on the way, while searches and writes go on and answer exactly', async () => {
  const before = await scopes();
  await killCommand(['keys', 'rotate', '--index'], {}, async () => Number((await run())?.done ?? 0) >= 200);
  expect((await run()).state).toBe('running');
  for (const number of [0, 700, PEOPLE - 1]) await expectExact(number);
  // What is written now is in both generations: behind what is filled already, and before what is not yet.
  await patiently(() => documents().create({ data: person(9_001) }));
  await patiently(async () => {
    const [first] = await documents().findMany({ filters: { email: 'p1@example.org' } });
    await documents().update({ documentId: first.documentId, data: { email: 'changed@example.org' } });
  });
  await patiently(async () => {
    const [last] = await documents().findMany({ filters: { email: 'p1400@example.org' } });
    await documents().delete({ documentId: last.documentId });
  });

  await app.knex('gdpr_runs').update({ lease_until: 0 });
  const command = startCommand(['keys', 'rotate', '--index']);
  const isOver = ends(command.ended);
  let rounds = 0;
  let created = 0;
  while (!isOver()) {
    rounds += 1;
    await expectExact((rounds * 37) % 1_399 === 1 ? 2 : (rounds * 37) % 1_399);
    await expectExact(9_001);
    if (created < 40) {
      await patiently(() => documents().create({ data: person(10_000 + created) }));
      created += 1;
      await expectExact(10_000 + created - 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { code, stdout, stderr } = await command.ended;
  expect(stderr).not.toMatch(/LOG_LEVEL/);
  expect(stdout).toMatch(/indexed under a new key, blind-index-2/);
  expect(code).toBe(0);

  // Nothing of the old generation is left, and nothing of the new one is missing.
  const after = await scopes();
  expect(after.filter((scope) => before.includes(scope))).toEqual([]);
  expect(after.length).toBe(before.length);
  expect((await app.knex('gdpr_system_keys').select('name')).map(({ name }: any) => name)).toContain(
    'blind-index-2',
  );
  expect((await app.knex('gdpr_system_keys').select('name')).map(({ name }: any) => name)).not.toContain(
    'blind-index-1',
  );
  for (let at = 0; at < created; at += 1) await expectExact(10_000 + at);
  for (const number of [0, 700, 1_399, PEOPLE - 1, 9_001]) await expectExact(number);
  await expectExact(1, 0);
  await expectExact(1_400, 0);
  expect(await documents().count({ filters: { email: 'changed@example.org' } })).toBe(1);

  const { table } = app.strapi.plugin('gdpr').service<any>('vault').of().types.get(DATA_SUBJECT);
  const rows = await app.knex(table).select('email_key', 'email_key_even');
  expect(rows.every((row: any) => row.email_key === null && row.email_key_even !== null)).toBe(true);
  await documents().create({ data: person(0) });
  expect(await app.strapi.db.query(DATA_SUBJECT).count({ where: { email: 'p0@example.org' } })).toBe(1);

  await app.restart();
  await expectExact(700);
  await expectExact(9_001);
}, 280_000);

test('reindex puts back what is missing, and changes nothing else', async () => {
  const count = async (): Promise<number> =>
    Number((await app.knex('gdpr_blind_index').count({ number: '*' }).first())?.number);
  const whole = await count();
  const [contact] = await documents().findMany({ filters: { email: 'p3@example.org' } });
  await app.knex('gdpr_blind_index').where({ entity_id: contact.id }).delete();
  expect(await documents().count({ filters: { email: 'p3@example.org' } })).toBe(0);
  const { code, stdout } = await runCommand(['keys', 'reindex']);
  expect(stdout).toMatch(/records were looked through/);
  expect(code).toBe(0);
  await expectExact(3);
  expect(await count()).toBe(whole);
  const unknown = await runCommand(['keys', 'reindex', 'api::nothing.nothing']);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/api::nothing.nothing is no type with protected attributes/);
}, 120_000);
