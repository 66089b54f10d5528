import { ends, killCommand, runCommand, startCommand } from '../../support/command';
import { CONTACT, DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';

const PERSON = 'ada@example.org';
const RECORDS = 600;

let app: TestStrapi;
let subject: string;

beforeAll(async () => {
  app = await startStrapi();
  const contacts = Array.from({ length: RECORDS }, (_, at) => ({
    email: PERSON,
    firstName: `Ada ${String(at)}`,
  }));
  for (let at = 0; at < RECORDS; at += 100)
    await app.strapi.db.query(CONTACT).createMany({ data: contacts.slice(at, at + 100) as never });
  await documents().create({ data: { email: 'grace@example.org' } });
  subject = (await app.strapi.db.query(DATA_SUBJECT).findOne({ where: { email: PERSON } })).documentId;
}, 120_000);
afterAll(async () => {
  await app.stop();
});

const documents = (): any => app.strapi.documents(CONTACT as never);
const vault = (): any => app.strapi.plugin('gdpr').service<any>('vault').of();
const run = (): any => app.knex('gdpr_runs').where({ kind: 'rotate-data-key' }).first();
const keysOf = (id: string): any => app.knex('gdpr_data_keys').where({ subject: id }).orderBy('created_at');
/** The keys that the person’s contacts and the person’s own record are sealed under. */
async function keysInUse(): Promise<string[]> {
  const types = vault().types;
  const ids = (await documents().findMany({ filters: { email: PERSON }, limit: 10_000 })).map(
    ({ id }: any) => id,
  );
  const contacts = await app.knex(types.get(CONTACT).table).select('sealed').whereIn('id', ids);
  const own = await app.knex(types.get(DATA_SUBJECT).table).select('sealed').where({ document_id: subject });
  const names = [...contacts, ...own].map(({ sealed }) =>
    Buffer.from(sealed, 'base64').subarray(2, 34).toString('hex'),
  );
  return [...new Set(names)];
}

const open = (): Promise<any[]> => {
  vault().keys.forget();
  return documents().findMany({ filters: { email: PERSON }, limit: 10_000 });
};

test('a killed rotation of one person’s key goes on, and at no moment a record of theirs does not open', async () => {
  const [before] = await keysOf(subject);
  await killCommand(
    ['keys', 'rotate', '--subject', subject],
    {},
    async () => Number((await run())?.done ?? 0) >= 100,
  );
  expect((await run()).state).toBe('running');
  expect((await open()).filter(({ email }) => email === PERSON)).toHaveLength(RECORDS);

  await app.knex('gdpr_runs').update({ lease_until: 0 });
  const command = startCommand(['keys', 'rotate', '--subject', subject]);
  const isOver = ends(command.ended);
  let [reads, writes] = [0, 0];
  while (!isOver()) {
    const contacts = await open();
    expect(contacts.filter(({ email }) => email === PERSON)).toHaveLength(RECORDS + writes);
    reads += 1;
    if (writes < 30 && (await create(`Ada during ${String(reads)}`))) writes += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { code, stdout, stderr } = await command.ended;
  expect(stderr).not.toContain('Error');
  expect(stdout).toContain('are sealed under a new key');
  expect(code).toBe(0);
  expect(reads).toBeGreaterThan(2);
  expect(writes).toBeGreaterThan(0);

  // Nothing is under the old key any more; it stays for the old values in the audit trail, until the person is erased.
  const keys = await keysOf(subject);
  expect(await keysInUse()).toEqual([keys.at(-1).id.toString('hex')]);
  expect(keys[0].id.equals(before.id)).toBe(true);
  const after = await open();
  expect(after.filter(({ email }) => email === PERSON)).toHaveLength(RECORDS + writes);
  const person = await app.strapi.db.query(DATA_SUBJECT).findOne({ where: { documentId: subject } });
  expect(person.email).toBe(PERSON);
}, 180_000);

/** On SQLite a writer that meets another process’s commit is told to try again; then nothing was written. */
async function create(firstName: string): Promise<boolean> {
  try {
    await documents().create({ data: { email: PERSON, firstName } });
    return true;
  } catch (error) {
    if (app.database.client === 'sqlite' && /database is locked/.test((error as Error).message)) return false;
    throw error;
  }
}

test('a record that the index has lost is sealed anew, too', async () => {
  const { table } = vault().types.get(CONTACT);
  const { id } = await app.knex(table).select('id').orderBy('id').first();
  await app.knex('gdpr_blind_index').where({ entity_id: id }).delete();
  const { code } = await runCommand(['keys', 'rotate', '--subject', subject]);
  expect(code).toBe(0);
  vault().keys.forget();
  expect((await app.strapi.db.query(CONTACT).findOne({ where: { id } })).email).toBe(PERSON);
}, 60_000);

test('a record that was changed keeps the old key, and the command says so', async () => {
  const { table } = vault().types.get(CONTACT);
  const { id, sealed } = await app.knex(table).select('id', 'sealed').orderBy('id', 'desc').first();
  const changed = `${sealed.slice(0, 60)}${sealed[60] === 'A' ? 'B' : 'A'}${sealed.slice(61)}`;
  await app.knex(table).where({ id }).update({ sealed: changed });
  const { code, stderr } = await runCommand(['keys', 'rotate', '--subject', subject]);
  expect(stderr).toMatch(/1 records of plugin::gdpr.contact do not open \(row \d+, for one\)/);
  expect(code).toBe(1);
  const old = await app
    .knex('gdpr_data_keys')
    .where({ id: Buffer.from(sealed, 'base64').subarray(2, 34) })
    .first();
  expect(old.wrapped).not.toBeNull();
  await app.knex(table).where({ id }).update({ sealed });
  expect((await app.strapi.db.query(CONTACT).findOne({ where: { id } })).email).toBe(PERSON);
}, 60_000);

test('an old key that nobody else needs is destroyed', async () => {
  // The audit trail lets go of the key: as after its payloads were pruned.
  const { keyHolders } = vault();
  const holders = keyHolders.holders.splice(0);
  const operations: any[] = [];
  vault().listen({ onKeyOperation: (event: object) => void operations.push(event) });
  const status = await app.strapi
    .plugin('gdpr')
    .service<any>('runs')
    .of()
    .complete('rotate-data-key', subject);
  keyHolders.holders.push(...holders);
  expect(status.state).toBe('finished');
  const keys = await keysOf(subject);
  expect(keys.filter((key: any) => key.wrapped !== null)).toHaveLength(1);
  expect(await keysInUse()).toEqual([keys.at(-1).id.toString('hex')]);
  expect((await open()).every(({ email }) => email === PERSON)).toBe(true);
  expect(operations).toEqual([
    { operation: 'data-key-rotated', detail: { subject, destroyed: expect.any(Number) } },
  ]);
}, 60_000);

test('of a person who is not there it says so and does nothing', async () => {
  const { code, stderr } = await runCommand(['keys', 'rotate', '--subject', 'nobody']);
  expect(stderr.trim()).toBe(
    'There is no data key of a data subject nobody: give the documentId of a data subject who has records.',
  );
  expect(code).toBe(1);
});
