import { apiToken } from '../../support/accounts';
import { auditOf, entriesSince, logSize, recorded, type TestEntry } from '../../support/audit';
import { CONTACT, DATA_SUBJECT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

const REGISTRATION = 'api::registration.registration';
const ADDRESS = 'shared.address';

let app: TestStrapi;
let full: Record<string, string>;
let masked: Record<string, string>;
let narrow: Record<string, string>;
let ada: any;
let lead: any;

const documents = (uid: string) => app.strapi.documents(uid as never) as any;

beforeAll(async () => {
  app = await startStrapi({ env: { GRAPHQL: 'true' } });
  full = await apiToken(app, 'full-access');
  const actions = [CONTACT, LEAD, REGISTRATION].flatMap((uid) =>
    ['find', 'findOne', 'update'].map((action) => `${uid}.${action}`),
  );
  masked = await apiToken(app, 'custom', actions);
  narrow = await apiToken(app, 'custom', [`${LEAD}.find`, 'plugin::gdpr.personal-data.read']);
  ada = await documents(CONTACT).create({
    data: { email: 'marker-ada@example.org', lastName: 'Marker-Lovelace', company: 'Engines' },
  });
  lead = await app.strapi.db.query(LEAD).create({
    data: { email: 'marker-lee@example.org', convertedContact: ada.id },
  });
  await documents(REGISTRATION).create({
    data: {
      event: 'Fair',
      name: 'Marker-Mary',
      email: 'marker-mary@example.org',
      address: { street: 'Marker Road' },
    },
  });
});
afterAll(async () => {
  process.env['GRAPHQL'] = '';
  await app.stop();
});

/** What one query leaves in the trail, and what it was answered. */
async function entriesOf(query: string, headers = full): Promise<{ entries: TestEntry[]; body: any }> {
  let body: any;
  const entries = await recorded(app, async () => {
    const answer = await app.http().post('/graphql').set(headers).send({ query }).expect(200);
    ({ body } = answer);
  });
  return { entries, body };
}

const typesOf = ({ records }: TestEntry): string[] => records.map(({ type }: any) => type).sort();

test('a query is one entry: who, over GraphQL, which records, which attributes', async () => {
  const { entries, body } = await entriesOf('{ gdprContacts { documentId lastName } }');
  expect(body.data.gdprContacts).toEqual([{ documentId: ada.documentId, lastName: 'Marker-Lovelace' }]);
  expect(entries).toMatchObject([
    {
      action: 'read',
      source: 'graphql',
      actor: expect.stringMatching(/^api-token:\d+$/),
      records: [{ type: CONTACT, ids: [ada.id], attributes: expect.arrayContaining(['lastName']) }],
    },
  ]);
  expect(entries[0]).not.toHaveProperty('details');
  expect(JSON.stringify(entries)).not.toMatch(/marker/i);
});

test('what relations, connections and components lead to is in the same entry', async () => {
  const { entries, body } = await entriesOf(`{
    gdprLeads_connection { nodes { email convertedContact { email dataSubject { email } } } }
    registrations { name address { street } }
  }`);
  expect(body.errors).toBeUndefined();
  expect(JSON.stringify(body.data)).toMatch(/marker-lee@.*marker-ada@.*Marker Road/);
  expect(entries.map(({ action }) => action)).toEqual(['read']);
  expect(typesOf(entries[0] as TestEntry)).toEqual(
    [REGISTRATION, CONTACT, DATA_SUBJECT, LEAD, ADDRESS].sort(),
  );
  const person = (await documents(CONTACT).findMany({ populate: { dataSubject: true } }))[0].dataSubject;
  const { entries: found } = await auditOf(app).trail.find({
    person: person.documentId,
    source: 'graphql',
    limit: 9,
  });
  expect(found.map(({ index }: any) => index)).toContain(entries[0]?.index);
});

test('who is shown masks leaves an entry that says so', async () => {
  const { entries, body } = await entriesOf('{ gdprContacts { lastName email } }', masked);
  expect(body.data.gdprContacts).toEqual([{ lastName: 'M***', email: 'm***@e***.org' }]);
  expect(entries).toMatchObject([
    { action: 'read', source: 'graphql', details: { masked: true }, records: [{ ids: [ada.id] }] },
  ]);
  // The same over REST.
  const rest = await recorded(app, () => app.http().get('/api/gdpr/contacts').set(masked).expect(200));
  expect(rest).toMatchObject([{ action: 'read', source: 'rest', details: { masked: true } }]);
});

test('mutations are an entry of the write, with old and new values beside it', async () => {
  const made = await entriesOf(
    'mutation { createGdprContact(data: { email: "marker-eve@example.org", lastName: "Marker-E" }) { documentId } }',
  );
  const { documentId } = made.body.data.createGdprContact;
  const changed = await entriesOf(
    `mutation { updateGdprContact(documentId: "${documentId}", data: { lastName: "Marker-Eve" }) { lastName } }`,
  );
  const gone = await entriesOf(`mutation { deleteGdprContact(documentId: "${documentId}") { documentId } }`);
  for (const [{ entries }, action] of [
    [made, 'create'],
    [changed, 'update'],
    [gone, 'delete'],
  ] as const) {
    const [write, ...more] = entries.filter((entry) => entry.action !== 'read');
    expect(more).toEqual([]);
    expect(write).toMatchObject({ action, source: 'graphql', actor: expect.stringMatching(/^api-token:/) });
    const set = write?.['records'].find(({ type }: any) => type === CONTACT);
    expect(set).toMatchObject({ change: action, documents: [documentId] });
    expect(JSON.stringify(entries)).not.toMatch(/marker/i);
  }
  const update = changed.entries.find(({ action }) => action === 'update');
  expect(await auditOf(app).trail.values(update?.index)).toMatchObject([
    { before: { lastName: 'Marker-E' }, after: { lastName: 'Marker-Eve' } },
  ]);
});

test.each([
  ['{ gdprContacts { email } }', CONTACT, 'gdprContacts'],
  ['{ gdprContacts_connection { nodes { email } } }', CONTACT, 'gdprContacts_connection'],
  ['{ gdprDataSubjects { email } }', DATA_SUBJECT, 'gdprDataSubjects'],
  [
    'mutation { createGdprContact(data: { email: "marker-x@example.org" }) { email } }',
    CONTACT,
    'createGdprContact',
  ],
])('%s is refused inside an answer of 200, and recorded', async (query, type, field) => {
  const { entries, body } = await entriesOf(query, narrow);
  expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
  expect(entries).toMatchObject([
    {
      action: 'denied',
      source: 'graphql',
      actor: expect.stringMatching(/^api-token:/),
      details: { status: 403, type, field },
    },
  ]);
});

test('a refusal names the document that was asked for, also of a deletion, which returns no record', async () => {
  for (const query of [
    `{ gdprContact(documentId: "${ada.documentId}") { email } }`,
    `mutation { deleteGdprContact(documentId: "${ada.documentId}") { documentId } }`,
  ]) {
    const { entries } = await entriesOf(query, narrow);
    expect(entries).toMatchObject([
      { action: 'denied', details: { type: CONTACT, document: ada.documentId } },
    ]);
  }
  const { entries } = await entriesOf(
    '{ gdprContact(documentId: "marker-ada@example.org") { email } }',
    narrow,
  );
  expect(JSON.stringify(entries)).not.toMatch(/marker/);
});

test('a query that asks a hundred times for what is refused is one entry, with the number', async () => {
  const asked = Array.from({ length: 100 }, (_, at) => `a${at}: gdprContacts { email }`).join(' ');
  const { entries } = await entriesOf(`{ ${asked} }`, narrow);
  expect(entries).toMatchObject([{ action: 'denied', details: { type: CONTACT, repeated: 99 } }]);
});

test('beside what is refused, what is allowed is recorded as read', async () => {
  const { entries, body } = await entriesOf(
    `{ gdprLeads { email } gdprContact(documentId: "${ada.documentId}") { email } }`,
    narrow,
  );
  expect(body.data.gdprLeads).toEqual([{ email: 'marker-lee@example.org' }]);
  expect(entries.map(({ action }) => action).sort()).toEqual(['denied', 'read']);
  expect(entries.find(({ action }) => action === 'read')).toMatchObject({
    records: [{ type: LEAD, ids: [lead.id] }],
  });
});

test('filters and sorts by what is only seen masked are refused, and recorded, through relations, too', async () => {
  for (const [query, type] of [
    ['{ gdprContacts(filters: { email: { eq: "marker-ada@example.org" } }) { documentId } }', CONTACT],
    ['{ gdprContacts(sort: "lastName:asc") { documentId } }', CONTACT],
    ['{ gdprLeads(filters: { convertedContact: { lastName: { eq: "Marker" } } }) { documentId } }', LEAD],
  ] as const) {
    const { entries, body } = await entriesOf(query, masked);
    expect(body.errors[0].extensions.error.details.code).toBe('personal-data-withheld');
    expect(entries).toMatchObject([{ action: 'denied', source: 'graphql', details: { type } }]);
    expect(JSON.stringify(entries)).not.toMatch(/marker/i);
  }
  const rest = await recorded(app, () =>
    app.http().get('/api/gdpr/contacts?filters[email][$eq]=marker-ada@example.org').set(masked).expect(400),
  );
  expect(rest).toMatchObject([{ action: 'denied', details: { status: 400, type: CONTACT, what: 'masked' } }]);
});

test('without an account, a flood of refusals is one entry and their number', async () => {
  const begin = await logSize(app);
  for (let n = 0; n < 20; n += 1)
    await app.http().post('/graphql').send({ query: '{ gdprContacts { email } }' }).expect(200);
  await auditOf(app).denials.settle();
  const entries = (await entriesSince(app, begin)).filter(({ action }) => action === 'denied');
  expect(entries.map(({ details }) => details.repeated ?? 1)).toEqual([1, 19]);
  expect(entries[0]).toMatchObject({ actor: 'public', source: 'graphql', details: { type: CONTACT } });
});
