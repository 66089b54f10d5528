import path from 'node:path';

import { apiToken } from '../../support/accounts';
import { addTypes, MARKED, MEETING, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { CONTACT, ROOT, startStrapi, type TestStrapi } from '../../support/strapi';

const GRAPHQL_PLUGIN = path.join(ROOT, 'node_modules/@strapi/plugin-graphql');
let app: TestStrapi;
let token: Record<string, string>;

beforeAll(async () => {
  app = await startStrapi({
    env: { GRAPHQL: 'true' },
    prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES),
  });
  token = await apiToken(app, 'full-access');
});
afterAll(async () => {
  await app.stop();
});

async function graphql(
  query: string,
  headers = token,
): Promise<{ status: number; data: any; errors?: any[] }> {
  const { status, body } = await app.http().post('/graphql').set(headers).send({ query });
  return { status, ...body };
}

/** The data of a query that must succeed. */
async function data(query: string): Promise<any> {
  const answer = await graphql(query);
  expect([query, answer.errors]).toEqual([query, undefined]);
  return answer.data;
}

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
let ada: any;
let sample: any;

beforeAll(async () => {
  ada = await documents(CONTACT).create({
    data: {
      email: 'ada@example.org',
      firstName: 'Ada',
      lastName: 'Lovelace',
      notes: 'Countess',
      company: 'Engines',
    },
  });
  await documents(CONTACT).create({
    data: { email: 'grace@example.org', lastName: 'Hopper', company: 'Navy' },
  });
  sample = await documents(SAMPLE).create({ data: { ...MARKED, label: 'one' }, status: 'published' });
  await documents(MEETING).create({
    data: {
      title: 'Monday',
      contact: ada.documentId,
      samples: [sample.documentId],
      seats: [{ guest: sample.documentId }],
    },
    status: 'published',
  });
});

test('the schema has no word of the vault: no field, filter, sort or input', () => {
  const { printSchema } = jest.requireActual(require.resolve('graphql', { paths: [GRAPHQL_PLUGIN] }));
  const schema: string = printSchema(app.strapi.plugin('graphql').service<any>('content-api').buildSchema());
  expect(schema).toMatch(/type GdprContact \{[^}]*\bemail: String\b[^}]*\bnotes: String\b/);
  expect(schema).not.toMatch(/\bsealed\b|\bemailKey\b/);
  // Nor of the records that are the plugin's own.
  expect(schema).not.toMatch(/Gdpr(Outbox|OptIn|SubjectToken|ConsentRecord)/i);
});

test('queries, nested relations, components and connections are opened for who may read', async () => {
  const found = await data(`{
    gdprContacts(filters: { email: { eq: "ada@example.org" } }) {
      documentId email notes dataSubject { email contacts { lastName } }
    }
    gdprContacts_connection(filters: { lastName: { startsWith: "Lov" } }) {
      nodes { lastName } pageInfo { total pageCount }
    }
    meetings {
      title contact { email } seats { guest { text day } }
      samples { text longText rich blocks address choice whole real exact yes day hour moment anything big }
    }
    meetings_connection(filters: { contact: { email: { eqi: "ADA@example.org" } } }) { pageInfo { total } }
    none: meetings_connection(filters: { samples: { text: { contains: "absent" } } }) { pageInfo { total } }
  }`);
  const person = { documentId: ada.documentId, email: 'ada@example.org', notes: 'Countess' };
  expect(found.gdprContacts).toEqual([
    { ...person, dataSubject: { email: 'ada@example.org', contacts: [{ lastName: 'Lovelace' }] } },
  ]);
  expect(found.gdprContacts_connection).toEqual({
    nodes: [{ lastName: 'Lovelace' }],
    pageInfo: { total: 1, pageCount: 1 },
  });
  expect(found.meetings).toEqual([
    {
      title: 'Monday',
      contact: { email: 'ada@example.org' },
      seats: [{ guest: { text: MARKED.text, day: MARKED.day } }],
      samples: [{ ...MARKED }],
    },
  ]);
  expect(found.meetings_connection.pageInfo.total).toBe(1);
  expect(found.none.pageInfo.total).toBe(0);
});

test('mutations seal', async () => {
  const { createGdprContact } = await data(
    'mutation { createGdprContact(data: { email: "mary@example.org", notes: "by GraphQL" }) { documentId notes } }',
  );
  const { documentId } = createGdprContact;
  const { updateGdprContact } = await data(
    `mutation { updateGdprContact(documentId: "${documentId}", data: { lastName: "Somerville" }) { lastName notes } }`,
  );
  expect(updateGdprContact).toEqual({ lastName: 'Somerville', notes: 'by GraphQL' });
  const row = await app.knex('gdpr_contacts').where({ document_id: documentId }).first();
  expect(row).toMatchObject({ email: null, notes: null, last_name: null, sealed: expect.any(String) });
  const { deleteGdprContact } = await data(
    `mutation { deleteGdprContact(documentId: "${documentId}") { documentId } }`,
  );
  expect(deleteGdprContact).toEqual({ documentId });
});

test.each([
  ['{ gdprContacts(filters: { notes: { contains: "Count" } }) { company } }', '"notes" is encrypted'],
  [
    '{ gdprContacts(filters: { or: [{ company: { eq: "x" } }, { not: { email: { gt: "a" } } }] }) { company } }',
    '"email" is encrypted',
  ],
  ['{ meetings(filters: { contact: { notes: { eq: "Countess" } } }) { title } }', '"notes" is encrypted'],
  ['{ gdprContacts(sort: "lastName:asc") { company } }', 'cannot be sorted by'],
  ['{ meetings { samples(sort: "text") { label } } }', 'cannot be sorted by'],
  ['{ meetings { samples(filters: { longText: { eq: "x" } }) { label } } }', '"longText" is encrypted'],
])('%s is an error that says why, and nothing else', async (query, sentence) => {
  const { errors, data: nothing } = await graphql(query);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining(sentence),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  expect(JSON.stringify(errors)).not.toMatch(/stack|node_modules|select |Countess|ada@example/i);
  expect(JSON.stringify(nothing ?? {})).not.toMatch(/Countess|ada@/);
});

test.each([
  '{ gdprContacts { sealed } }',
  '{ gdprContacts(filters: { sealed: { notNull: true } }) { company } }',
  'mutation { createGdprContact(data: { sealed: "x" }) { company } }',
])('%s is unknown to the schema', async (query) => {
  const { status, errors } = await graphql(query);
  expect(status).toBe(400);
  expect(errors?.[0].extensions.code).toMatch(/GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT/);
  expect(JSON.stringify(errors)).not.toMatch(/stacktrace|node_modules/);
});

test('sorting by what is hidden is refused or ignored, and tells no order', async () => {
  for (const sort of ['sealed', 'sealed:desc', 'dataSubject.emailKey']) {
    const { errors, data: found } = await graphql(`{ gdprContacts(sort: "${sort}") { company } }`);
    if (errors === undefined)
      expect(found.gdprContacts.map(({ company }: any) => company)).toEqual(['Engines', 'Navy']);
    else expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  }
});

test('without a permission there is no answer, on any way to the record', async () => {
  const narrow = await apiToken(app, 'custom', ['api::meeting.meeting.find']);
  const { data: meetings } = await graphql(
    '{ meetings { title contact { email } samples { text } } }',
    narrow,
  );
  expect(JSON.stringify(meetings ?? {})).not.toMatch(/ada@|Zebediah/i);
  for (const query of [
    '{ gdprContacts { email } }',
    'mutation { createGdprContact(data: { email: "x@example.org" }) { email } }',
    '{ meetings_connection(filters: { contact: { email: { eq: "ada@example.org" } } }) { pageInfo { total } } }',
  ]) {
    const { errors } = await graphql(query, narrow);
    expect([query, errors?.[0].extensions.code]).toEqual([
      query,
      expect.stringMatching(/FORBIDDEN|BAD_USER_INPUT/),
    ]);
  }
});

test('a failure of the server says that it failed, without SQL, stack or whose record it was', async () => {
  const { id } = await documents(CONTACT).findOne({ documentId: ada.documentId });
  const { sealed } = await app.knex('gdpr_contacts').where({ id }).first();
  await app.knex('gdpr_contacts').where({ id }).update({ sealed: 'rubbish' });
  const broken = await graphql(`{ gdprContact(documentId: "${ada.documentId}") { email } }`);
  await app.knex('gdpr_contacts').where({ id }).update({ sealed });
  // A column that is gone: the error of the database itself.
  await app.knex.schema.alterTable('gdpr_contacts', (table) => table.renameColumn('company', 'gone'));
  const missing = await graphql('{ gdprContacts { email } }');
  await app.knex.schema.alterTable('gdpr_contacts', (table) => table.renameColumn('gone', 'company'));
  for (const { errors } of [broken, missing]) {
    expect(errors).toEqual([
      { message: 'Internal Server Error', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
  }
});
