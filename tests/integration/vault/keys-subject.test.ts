import { auditOf } from '../../support/audit';
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

  // The audit trail keeps old values under old keys, and with them the keys, until it is pruned.
  const needed = await keysOf(subject);
  expect(needed.find((key: any) => key.id.equals(before.id)).wrapped).not.toBeNull();
  await pruneAudit();
  expect((await runCommand(['keys', 'rotate', '--subject', subject])).code).toBe(0);
  vault().keys.forget();

  const keys = await keysOf(subject);
  expect(keys.filter((key: any) => key.wrapped !== null)).toHaveLength(1);
  expect(keys.at(-1).wrapped).not.toBeNull();
  expect(keys.find((key: any) => key.id.equals(before.id)).wrapped).toBeNull();
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

/** Takes the old and new values out of the audit trail. */
async function pruneAudit(): Promise<void> {
  const audit = auditOf(app);
  await audit.sealer.complete();
  await audit.prune({ what: 'payloads', before: Date.now() + 60_000 });
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
  await pruneAudit();
  const { code, stderr } = await runCommand(['keys', 'rotate', '--subject', subject]);
  expect(stderr).toMatch(/1 records of plugin::gdpr.contact do not open \(row \d+, for one\)/);
  expect(code).toBe(1);
  const keys = (await keysOf(subject)).filter((key: any) => key.wrapped !== null);
  expect(keys).toHaveLength(2);
  await app.knex(table).where({ id }).update({ sealed });
  expect((await app.strapi.db.query(CONTACT).findOne({ where: { id } })).email).toBe(PERSON);
}, 60_000);

test('of a person who is not there it says so and does nothing', async () => {
  const { code, stderr } = await runCommand(['keys', 'rotate', '--subject', 'nobody']);
  expect(stderr.trim()).toBe(
    'There is no data key of a data subject nobody: give the documentId of a data subject who has records.',
  );
  expect(code).toBe(1);
});
