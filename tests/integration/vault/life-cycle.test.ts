import { entriesSince, logSize } from '../../support/audit';
import { runCommand, startCommand } from '../../support/command';
import { failureOf } from '../../support/failure';
import { runs, withoutBackgroundWork } from '../../support/life-cycle';
import { addOwnType, personal } from '../../support/own-type';
import { startStrapi, type TestStrapi } from '../../support/strapi';

/** The sample of a developer's own type; the built project has it annotated. */
const REGISTRATION = 'api::registration.registration';
const TABLE = 'registrations';
const ROWS = 6_000;

let app: TestStrapi;
let values: object[];

const query = (): any => app.strapi.db.query(REGISTRATION);
const stored = async (): Promise<object[]> => {
  const rows = await query().findMany({ orderBy: 'id' });
  return rows.map(({ createdAt: _made, updatedAt: _changed, ...rest }: any) => rest);
};

/** Record by record: Jest's comparison of thousands takes minutes when there is a difference. */
function expectSame(actual: readonly object[], expected: readonly object[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [at, one] of actual.entries()) expect(one).toEqual(expected[at]);
}

/** Boots as before the annotation: the plain table, as a project had it that installs the plugin now. */
async function fillPlainTable(): Promise<void> {
  for (let start = 0; start < ROWS; start += 500) {
    const data = Array.from({ length: 500 }, (_, at) => ({
      documentId: `registration${start + at}`,
      event: `Fair ${(start + at) % 5}`,
      name: `Guest ${start + at}`,
      email: `guest${Math.floor((start + at) / 2)}@example.org`,
      arrival: new Date(1_700_000_000_000 + start + at).toISOString(),
      dietaryNeeds: { allergies: ['nuts', start + at] },
      newcomer: at % 2 === 0,
      publishedAt: new Date(),
    }));
    await query().createMany({ data });
  }
}

let isPlaceAnnotated = false;
const NOTE = 'api::note.note';

beforeAll(async () => {
  // The tables are full of plaintext first; that is what is sealed here.
  app = await startStrapi({
    keepsPlaintext: true,
    prepare: (strapi) => {
      withoutBackgroundWork(strapi);
      withoutAnnotation(strapi);
      addOwnType(
        strapi,
        {
          name: 'note',
          attributes: {
            text: { type: 'string', pluginOptions: personal('exact') },
            place: { type: 'string', pluginOptions: personal('prefix') },
          },
        },
        (attribute) => attribute !== 'place' || isPlaceAnnotated,
      );
    },
  });
  await fillPlainTable();
  values = await stored();
}, 300_000);
afterAll(async () => {
  await app.stop();
});

let isRegistrationAnnotated = false;
function withoutAnnotation(strapi: any): void {
  const run = strapi.runPluginsLifecycles.bind(strapi);
  strapi.runPluginsLifecycles = (lifecycle: string) => {
    if (lifecycle === 'register' && !isRegistrationAnnotated) {
      const schema = strapi.contentType(REGISTRATION);
      for (const [name, { pluginOptions: _dropped, ...attribute }] of Object.entries<any>(schema.attributes))
        schema.attributes[name] = attribute;
      schema.pluginOptions = {};
    }
    return run(lifecycle);
  };
}

const unsealed = async (): Promise<number> => {
  const row = await app.knex(TABLE).whereNull('sealed').count({ count: '*' }).first();
  return Number(row?.['count']);
};

/** What the audit trail has of a life cycle: who, which operation, how many records. */
const told = async (begin: number): Promise<unknown[]> =>
  (await entriesSince(app, begin))
    .filter(({ action, details }) => action === 'key' && details.type === REGISTRATION)
    .map(({ actor, name, details }) => [actor, name, details.operation, details.records]);

test('a seal that is killed loses nothing, and the next one finishes it', async () => {
  isRegistrationAnnotated = true;
  await app.restart();
  expect(await unsealed()).toBe(ROWS);
  const begin = await logSize(app);
  const { process: child, ended } = startCommand(['seal', '--type', REGISTRATION]);
  while ((await unsealed()) === ROWS && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await ended;
  const left = await unsealed();
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(ROWS);
  expectSame(await stored(), values);

  // The lease of the dead process runs out first.
  await app.knex('gdpr_runs').update({ lease_until: null, lease_holder: null });
  const second = await runCommand(['seal', '--type', REGISTRATION]);
  expect(second).toMatchObject({ code: 0 });
  expect(await unsealed()).toBe(0);
  expectSame(await stored(), values);
  const scanned = await runCommand(['scan', '--type', REGISTRATION, '--json']);
  expect(JSON.parse(scanned.stdout)).toEqual({ clean: true, findings: [] });
  expect(scanned.code).toBe(0);
  // It began once and ended once, though two commands were at it. A batch is stored before it is counted, so that the
  // one in which the first was killed may be missing in the number.
  const [started, finished, ...more] = await told(begin);
  expect(started).toEqual(['command', 'seal', 'seal-started', ROWS]);
  expect(finished).toEqual(['command', 'seal', 'seal-finished', expect.any(Number)]);
  expect([0, 1_000, 2_000]).toContain(ROWS - Number((finished as unknown[])[3]));
  expect(more).toEqual([]);
}, 500_000);

test('a second seal finds nothing to do', async () => {
  const again = await runCommand(['seal', '--type', REGISTRATION]);
  expect(again.stdout).toMatch(/0 records sealed/);
}, 500_000);

const scan = async (...args: string[]): Promise<{ code: number | null; kinds: Record<string, number> }> => {
  const { code, stdout } = await runCommand(['scan', '--json', ...args]);
  const { findings } = JSON.parse(stdout) as { findings: { kind: string; count: number }[] };
  const kinds: Record<string, number> = {};
  for (const { kind, count } of findings) kinds[kind] = (kinds[kind] ?? 0) + count;
  return { code, kinds };
};

test('scan names what is broken without a value, mends what it may, and is clean again', async () => {
  const [first, second, third] = await app.knex(TABLE).orderBy('id').limit(3).select('*');
  // A token without a row, a row without a token, a record moved from another row, a key that nobody needs.
  const index = app.knex('gdpr_blind_index');
  const [token] = await index.clone().whereNot({ entity_id: second.id }).orderBy(['scope', 'token']).limit(1);
  await index.clone().insert({ ...token, entity_id: 900_000 });
  await index.clone().where(token).delete();
  await app.knex(TABLE).where({ id: second.id }).update({ sealed: first.sealed });
  const spare = Buffer.alloc(32, 7);
  const { kek_id: kekId } = await app.knex('gdpr_data_keys').first('kek_id');
  await app.knex('gdpr_data_keys').insert({ id: spare, kek_id: kekId, wrapped: spare, created_at: 1 });

  const found = await runCommand(['scan', '--json']);
  expect(found.code).toBe(1);
  expect(found.stdout).not.toMatch(/guest\d|Guest \d/);
  expect(found.stdout).toContain(second.document_id);
  const { code, kinds } = await scan('--repair');
  expect(code).toBe(1);
  expect(kinds).toEqual({
    'token-orphaned': 1,
    'token-missing': 1,
    'record-not-authentic': 1,
    'data-key-unused': 1,
  });

  await app.knex(TABLE).where({ id: second.id }).update({ sealed: second.sealed });
  await app.knex('gdpr_data_keys').where({ id: spare }).delete();
  expect(await scan()).toEqual({ code: 0, kinds: {} });
  expect(third.sealed).toBeTruthy();
}, 500_000);

test('the boot stops when an annotation is gone whose values are sealed, and nothing is lost by it', async () => {
  isRegistrationAnnotated = false;
  expect(await failureOf(app.restart())).toMatch(/strapi-gdpr unseal --type api::registration.registration/);
  isRegistrationAnnotated = true;
  await app.restart();
  expectSame(await stored(), values);
}, 500_000);

test('unseal asks first', async () => {
  const refused = await runCommand(['unseal', '--type', REGISTRATION]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/--yes/);
}, 500_000);

test('unseal takes a type out while a server goes on reading and writing', async () => {
  const begin = await logSize(app);
  const unsealing = startCommand(['--yes', 'unseal', '--type', REGISTRATION]);
  const progress = { isOver: false };
  void unsealing.ended.then(() => (progress.isOver = true));
  let number = 0;
  while (!progress.isOver) {
    const name = `Guest ${number}`;
    // Found and whole at every moment, whichever side its row is on.
    const [found] = await query().findMany({ where: { name } });
    expect(found).toMatchObject({ name, email: `guest${Math.floor(number / 2)}@example.org` });
    expect(await query().count({ where: { name: { $ne: name } } })).toBe(ROWS - 1);
    await query().update({ where: { name }, data: { newcomer: true } });
    // An update takes its row out by itself; the others are left to the command.
    number = (number + 97) % 1_500;
    await app.drain();
    // SQLite answers without leaving this process's turn: the end of the command would never be heard.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(await unsealing.ended).toMatchObject({ code: 0 });
  expect(await app.knex(TABLE).whereNotNull('sealed')).toEqual([]);
  const run = await app.knex('gdpr_runs').where({ kind: 'unseal' }).first();
  expect(Number(run.done)).toBeGreaterThanOrEqual(ROWS - 1_500);
  // Asked for by the command and, where a server is at hand, done by that: it tells who finished it.
  expect(await told(begin)).toEqual([
    ['command', 'unseal', 'unseal-started', expect.any(Number)],
    [expect.stringMatching(/^(system|command)$/), expect.anything(), 'unseal-finished', Number(run.done)],
  ]);
  const plain = await app.knex(TABLE).orderBy('id').first();
  expect(plain).toMatchObject({ name: 'Guest 0', email: 'guest0@example.org' });
  const without = (rows: any[]): object[] => rows.map(({ newcomer: _newcomer, ...rest }) => rest);
  expectSame(without(await stored()), without(values));
  // New ones are plain, too, and found.
  await query().create({ data: { event: 'Fair 1', name: 'Late Guest', email: 'late@example.org' } });
  expect(await query().count({ where: { email: 'late@example.org' } })).toBe(1);
  await query().delete({ where: { email: 'late@example.org' } });
}, 500_000);

test('it stays out over a restart, and then the annotation can go', async () => {
  await app.restart();
  await query().update({ where: { name: 'Guest 5' }, data: { name: 'Guest 5' } });
  expect((await app.knex(TABLE).where({ name: 'Guest 5' }).first()).sealed).toBeNull();
  isRegistrationAnnotated = false;
  await app.restart();
  expect(await query().count({ where: { name: { $startsWith: 'Guest' } } })).toBe(ROWS);
  expect(await app.knex('gdpr_protected_types').where({ uid: REGISTRATION })).toEqual([]);
}, 500_000);

test('an attribute that is annotated later is sealed beside the others, and neither is lost', async () => {
  const notes = app.strapi.db.query(NOTE) as any;
  const made = [];
  for (const text of ['one', 'two', 'three'])
    made.push(await notes.create({ data: { text, place: `in ${text}` } }));
  expect(await app.knex('own_note').whereNotNull('sealed').whereNotNull('place')).toHaveLength(3);
  isPlaceAnnotated = true;
  await app.restart();
  const all = (): Promise<object[]> =>
    (app.strapi.db.query(NOTE) as any).findMany({ orderBy: 'id', select: ['text', 'place'] });
  const before = await all();
  expect(before).toMatchObject(['one', 'two', 'three'].map((text) => ({ text, place: `in ${text}` })));
  const found = (where: object): Promise<number> => (app.strapi.db.query(NOTE) as any).count({ where });
  expect(await found({ text: 'two', place: 'in two' })).toBe(1);
  // One is sealed by an update of the other attribute, the rest by the command.
  await (app.strapi.db.query(NOTE) as any).update({ where: { id: made[0].id }, data: { text: 'one' } });
  expect(await found({ place: { $startsWith: 'in' } })).toBe(3);
  expect(await runs(app).complete('seal', NOTE)).toMatchObject({ state: 'finished', done: 2 });
  expect(await app.knex('own_note').whereNotNull('place')).toEqual([]);
  expect(await all()).toEqual(before);
  expect(await found({ place: 'in two' })).toBe(1);
}, 500_000);
