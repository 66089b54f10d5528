import { apiToken } from '../../support/accounts';
import { CONTACT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

const REGISTRATION = 'api::registration.registration';

let app: TestStrapi;
let masked: Record<string, string>;
let full: Record<string, string>;
let ada: any;

const ACTIONS = [CONTACT, LEAD, REGISTRATION].flatMap((uid) =>
  ['find', 'findOne', 'create', 'update'].map((action) => `${uid}.${action}`),
);

beforeAll(async () => {
  app = await startStrapi({ env: { GRAPHQL: 'true' } });
  masked = await apiToken(app, 'custom', ACTIONS);
  full = await apiToken(app, 'full-access');
  ada = await documents(CONTACT).create({
    data: {
      lastName: 'Lovelace',
      email: 'ada@example.com',
      dateOfBirth: '1815-12-10',
      company: 'Engines',
    },
  });
  await app.strapi.db.query(LEAD).create({ data: { email: 'lee@example.com', convertedContact: ada.id } });
  await documents(REGISTRATION).create({
    data: {
      event: 'Fair',
      name: 'Mary Somerville',
      email: 'mary@example.com',
      badge: 'Marie',
      address: { street: 'Kings Road', country: 'UK' },
    },
  });
});
afterAll(async () => {
  process.env['GRAPHQL'] = '';
  await app.stop();
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const ask = async (query: string, headers = masked) =>
  (await app.http().post('/graphql').set(headers).send({ query })).body;

const FIELDS = 'lastName email dateOfBirth company';
const mask = { lastName: 'L***', email: 'a***@e***.com', dateOfBirth: null, company: 'Engines' };

test('fields are masked for who may not read them, through relations, components and connections, too', async () => {
  expect((await ask(`{ gdprContacts { ${FIELDS} } }`)).data.gdprContacts).toEqual([mask]);
  expect((await ask(`{ gdprContacts { ${FIELDS} } }`, full)).data.gdprContacts).toMatchObject([
    { lastName: 'Lovelace', dateOfBirth: '1815-12-10' },
  ]);
  const nested = await ask(
    `{ gdprLeads_connection { nodes { email convertedContact { ${FIELDS} } } }
       registrations { event name badge newcomer address { street country } } }`,
  );
  expect(nested.data).toEqual({
    gdprLeads_connection: { nodes: [{ email: 'l***@e***.com', convertedContact: mask }] },
    registrations: [
      {
        event: 'Fair',
        name: 'M***',
        badge: 'M***',
        newcomer: null,
        address: { street: 'K***', country: 'UK' },
      },
    ],
  });
});

test('filters and sorts by what is masked are refused, through relations, too', async () => {
  for (const query of [
    '{ gdprContacts(filters: { email: { eq: "ada@example.com" } }) { documentId } }',
    '{ gdprContacts(filters: { or: [{ not: { lastName: { startsWith: "L" } } }] }) { documentId } }',
    '{ gdprContacts(sort: "lastName:asc") { documentId } }',
    '{ gdprLeads(filters: { convertedContact: { lastName: { eq: "Lovelace" } } }) { documentId } }',
    '{ gdprContacts_connection(filters: { email: { null: true } }) { pageInfo { total } } }',
    '{ registrations(filters: { badge: { contains: "M" } }) { documentId } }',
    '{ registrations(filters: { address: { street: { contains: "K" } } }) { documentId } }',
  ]) {
    const { errors } = await ask(query);
    expect([query, errors?.[0].extensions?.error?.details]).toEqual([
      query,
      expect.objectContaining({ code: 'personal-data-withheld' }),
    ]);
  }
  expect(
    (await ask('{ gdprContacts(filters: { email: { eq: "ada@example.com" } }) { email } }', full)).data
      .gdprContacts,
  ).toHaveLength(1);
});

test('masks that are written back change nothing', async () => {
  const { data } = await ask(
    `mutation { updateGdprContact(documentId: "${String(ada.documentId)}",
       data: { lastName: "L***", email: "a***@e***.com", dateOfBirth: null, company: "New" }) { ${FIELDS} } }`,
  );
  expect(data.updateGdprContact).toEqual({ ...mask, company: 'New' });
  expect(await documents(CONTACT).findOne({ documentId: ada.documentId })).toMatchObject({
    lastName: 'Lovelace',
    email: 'ada@example.com',
    dateOfBirth: '1815-12-10',
    company: 'New',
  });
});

test('who signs up gets his own address back', async () => {
  const { data } = await ask(
    `mutation { register(input: { username: "grace", email: "grace@example.com", password: "Secret-passw0rd" }) {
       user { username email } } }`,
    {},
  );
  expect(data.register.user).toEqual({ username: 'grace', email: 'grace@example.com' });
});
