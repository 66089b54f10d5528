import { failureOf } from '../../support/failure';
import { answers, runs, withoutBackgroundWork } from '../../support/life-cycle';
import { addOwnType, type OwnType, personal } from '../../support/own-type';
import { DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';

const ROWS = 5_000;
const text = { type: 'string' } as const;
const GUEST: OwnType = {
  name: 'guest',
  pluginOptions: { gdpr: { subject: { email: 'email' } } },
  draftAndPublish: true,
  attributes: {
    number: { type: 'integer' },
    note: { ...text },
    name: { ...text, pluginOptions: personal('substring') },
    city: { ...text, pluginOptions: personal('prefix') },
    email: { type: 'email', pluginOptions: personal('exact') },
    badge: { ...text, unique: true, pluginOptions: personal('exact') },
    born: { type: 'date', pluginOptions: personal('exact') },
    arrival: { type: 'datetime', pluginOptions: personal() },
    alarm: { type: 'time', pluginOptions: personal() },
    seen: { type: 'timestamp', pluginOptions: personal() },
    age: { type: 'integer', pluginOptions: personal('exact') },
    account: { type: 'biginteger', pluginOptions: personal('exact') },
    height: { type: 'decimal', pluginOptions: personal() },
    weight: { type: 'float', pluginOptions: personal() },
    vegan: { type: 'boolean', pluginOptions: personal() },
    wishes: { type: 'json', pluginOptions: personal() },
    diary: { type: 'blocks', pluginOptions: personal() },
    cv: { type: 'richtext', pluginOptions: personal() },
    kind: { type: 'enumeration', enum: ['a', 'b'], pluginOptions: personal('exact') },
  },
};
const PLAIN: OwnType = { ...GUEST, name: 'plain-guest' };
const UID = 'api::guest.guest';
const TWIN = 'api::plain-guest.plain-guest';
const TABLE = 'own_guest';

let app: TestStrapi;
let isAnnotated = false;
let before: object[];

const nothing = null;
const some = <T>(number: number, every: number, value: T): T | null =>
  number % every === 0 ? nothing : value;

/** Lower case only, because MariaDB compares plain columns without regard to it. */
function guest(number: number): Record<string, unknown> {
  return {
    number,
    note: `note ${number}`,
    name: some(number, 17, `guest ${number % 97} of houses`),
    city: some(number, 5, ['berlin', 'bern', 'lyon', 'a'.repeat(30)][number % 4]),
    // Four records to a person, one of whom has no address.
    email: some(number, 50, `person${Math.floor(number / 4)}@example.org`),
    badge: `badge ${number}`,
    born: some(number, 7, `19${String(10 + (number % 80))}-02-1${number % 9}`),
    arrival: new Date(1_700_000_000_000 + number),
    alarm: '07:30:00.500',
    seen: new Date(1_600_000_000_000 + number),
    age: some(number, 9, number % 60),
    account: String(9_000_000_000 + number),
    height: 1.75,
    weight: 70.5,
    vegan: some(number, 3, number % 2 === 0),
    wishes: some(number, 4, { food: ['nuts', number], nested: { deep: null } }),
    diary: [{ type: 'paragraph', children: [{ type: 'text', text: `day ${number}` }] }],
    cv: some(number, 6, `# cv ${number}`),
    kind: number % 2 === 0 ? 'a' : 'b',
  };
}

const everything = async (uid: string): Promise<any[]> =>
  (await (app.strapi.db.query(uid) as any).findMany({ orderBy: 'id' })) as any[];

beforeAll(async () => {
  // The tables are full of plaintext first; that is what is sealed here.
  app = await startStrapi({
    keepsPlaintext: true,
    prepare: (strapi) => {
      withoutBackgroundWork(strapi);
      addOwnType(strapi, GUEST, () => isAnnotated);
      addOwnType(strapi, PLAIN, () => false);
    },
  });
  for (const uid of [UID, TWIN]) {
    for (let start = 0; start < ROWS; start += 500) {
      const data = Array.from({ length: 500 }, (_, at) => ({
        ...guest(start + at),
        documentId: `document-${Math.floor((start + at) / 2)}`,
        // The draft and the published version of one document.
        publishedAt: at % 2 === 0 ? null : new Date(),
      }));
      await (app.strapi.db.query(uid) as any).createMany({ data });
    }
  }
  before = await everything(UID);
  isAnnotated = true;
  await app.restart();
}, 300_000);
afterAll(async () => {
  await app.stop();
});

/** Record by record: Jest's comparison of thousands takes minutes when there is a difference. */
function expectSame(actual: readonly object[], expected: readonly object[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [at, one] of actual.entries()) expect(one).toEqual(expected[at]);
}

/** PostgreSQL leaves out the zeros at the end of a time; sealed, a time has the form that Strapi gives it. */
const toTheMillisecond = (time: string | null): string | null => time?.padEnd(12, '0') ?? null;

const FILTERS: object[] = [
  { email: 'person7@example.org' },
  { email: { $ne: 'person7@example.org' } },
  { email: { $in: ['person1@example.org', 'person1100@example.org'] } },
  { email: { $notIn: ['person1@example.org', null] } },
  { email: { $null: true } },
  { $not: { email: { $null: true } } },
  { name: { $contains: 'of hou' } },
  { name: { $notContains: 'guest 11' } },
  { $not: { name: { $contains: 'guest 12' } } },
  { name: { $startsWith: 'guest 9' } },
  { $not: { name: { $startsWith: 'guest 9' } } },
  { name: { $endsWithi: '3 OF HOUSES' } },
  { city: { $startsWith: 'ber' } },
  { city: { $eqi: 'BERN' } },
  { city: { $startsWith: 'a'.repeat(20) } },
  { born: '1910-02-10' },
  { age: { $in: [1, 59] } },
  { account: '9000004321' },
  { kind: 'b', $or: [{ age: 5 }, { city: 'lyon' }, { note: 'note 4' }] },
  { $and: [{ $or: [{ email: 'person3@example.org' }, { email: 'person4@example.org' }] }, { kind: 'a' }] },
  { $not: { $or: [{ city: 'lyon' }, { age: { $ne: 7 } }] } },
];

async function compareFilters(): Promise<void> {
  for (const where of FILTERS) {
    expect([where, await answers(app, UID, { where })]).toEqual([where, await answers(app, TWIN, { where })]);
  }
  for (const _q of ['note 4321', 'person77@example.org', 'lyon'])
    expect([_q, await answers(app, UID, { _q })]).toEqual([_q, await answers(app, TWIN, { _q })]);
}

const refused = { refused: 'protected-filter-unsupported' };

test('rows from before the annotation are read as they were, and every filter finds them', async () => {
  expectSame(await everything(UID), before);
  await compareFilters();
  expect(await answers(app, UID, { where: { age: { $gt: 3 } } })).toEqual(refused);
  expect(await answers(app, UID, { where: { cv: '# cv 1' } })).toEqual(refused);
});

test('the guard lets a waiting row be touched, and refuses any new plaintext', async () => {
  const row = (id: number): any => app.knex(TABLE).where({ id });
  const { id } = await app.knex(TABLE).whereNotNull('name').first('id');
  await row(id).update({ note: 'note 0' });
  await row(id).update({ note: 'note 0', name: app.knex.ref('name') });
  expect(await failureOf(row(id).update({ name: 'somebody else' }))).toMatch(/must stay NULL/);
  expect(await failureOf(row(id).update({ wishes: JSON.stringify({ food: 'soup' }) }))).toMatch(
    /must stay NULL/,
  );
  expect(await failureOf(app.knex(TABLE).insert({ document_id: 'raw', name: 'x' }))).toMatch(
    /must stay NULL/,
  );
  const untouched: any = before.find((one: any) => one.id === id);
  await row(id).update({ note: untouched.note });
});

test('half way through, filters answer as before, and an update of anything seals its row findably', async () => {
  await runs(app).start('seal', UID);
  await runs(app).advance('seal', UID, { until: () => true });
  const waiting = await app.knex(TABLE).whereNull('sealed').count({ rows: '*' }).first();
  expect(Number(waiting?.['rows'])).toBe(app.database.client === 'sqlite' ? ROWS - 2_000 : ROWS - 1_000);
  await compareFilters();
  for (const uid of [UID, TWIN]) {
    const query = app.strapi.db.query(uid) as any;
    for (const number of [500, 2_500])
      await query.update({ where: { number }, data: { age: 77, city: 'lyon' } });
    await query.updateMany({ where: { name: 'guest 3 of houses' }, data: { kind: 'b' } });
    await query.deleteMany({ where: { email: 'person600@example.org' } });
    await query.create({ data: { ...guest(9_000), publishedAt: null } });
  }
  expect((await app.knex(TABLE).where({ number: 2_500 }).first()).sealed).not.toBeNull();
  await compareFilters();
});

test('a value that must be unique stays unique among rows that are sealed and rows that wait', async () => {
  const documents = app.strapi.documents(UID as never) as any;
  for (const badge of ['badge 501', 'badge 4501']) {
    const data = { number: 1, badge };
    expect(await failureOf(documents.create({ data, status: 'published' }))).toMatch(/unique/);
  }
});

test('it finishes while others write, loses nothing, and leaves no plaintext behind', async () => {
  const twin = app.strapi.db.query(TWIN) as any;
  const query = app.strapi.db.query(UID) as any;
  let isOver = false;
  const writer = async (start: number): Promise<number> => {
    let number = start;
    for (; !isOver && number < ROWS; number += 10) {
      const data = { height: number / 4, name: `changed ${number}` };
      await query.update({ where: { number }, data });
      await twin.update({ where: { number }, data });
    }
    return number;
  };
  const sealing = runs(app)
    .complete('seal', UID)
    .finally(() => (isOver = true));
  const [status, ...reached] = await Promise.all([sealing, writer(1_003), writer(1_507), writer(2_009)]);
  expect(status.state).toBe('finished');
  expect(Math.max(...reached)).toBeGreaterThan(1_600);

  const row = await app.knex(TABLE).where({ number: 4_321 }).first();
  for (const column of ['name', 'email', 'born', 'arrival', 'seen', 'vegan', 'wishes', 'diary', 'kind'])
    expect(row[column]).toBeNull();
  expect(await app.knex(TABLE).whereNull('sealed')).toEqual([]);
  const seen = (rows: any[]): object[] =>
    rows.map(
      ({
        id: _id,
        documentId: _document,
        updatedAt: _at,
        createdAt: _made,
        publishedAt: _published,
        alarm,
        ...rest
      }) => ({ ...rest, alarm: toTheMillisecond(alarm) }),
    );
  expectSame(seen(await everything(UID)), seen(await everything(TWIN)));
  await compareFilters();
});

test('one address is one data subject, with one key for all its records', async () => {
  const rows = await app.knex(TABLE).whereBetween('number', [4_320, 4_323]).select('sealed');
  const keys = new Set(
    rows.map(({ sealed }: any) => Buffer.from(sealed, 'base64').subarray(2, 34).toString('hex')),
  );
  expect(keys.size).toBe(1);
  const emails = (await everything(DATA_SUBJECT)).map(({ email }) => email);
  expect(new Set(emails).size).toBe(emails.length);
  const people = (await everything(TWIN)).map(({ email }) => email).filter((email) => email !== null);
  expect(emails).toEqual(expect.arrayContaining([...new Set(people)]));
});

test('once it is over, the type is like any other: nothing is looked for in its columns', async () => {
  const state = await app.knex('gdpr_protected_types').where({ uid: UID }).first();
  expect(state.mode).toBe('sealed');
  await app.restart();
  await compareFilters();
});
