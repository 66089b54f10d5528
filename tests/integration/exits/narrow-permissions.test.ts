import { apiToken, signInAdmin } from '../../support/accounts';
import { addTypes, MARKED, markersIn, MEETING, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

/**
 * Who may not read an attribute must not learn it by asking: a right guess and a wrong one get the same answer.
 */
let app: TestStrapi;
let editor: Record<string, string>;
let token: Record<string, string>;
let meetingId = '';
const documents = (uid: string) => app.strapi.documents(uid as never) as any;

beforeAll(async () => {
  app = await startStrapi({ prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES) });
  const person = await documents(CONTACT).create({
    data: { email: 'zebediah@marker.example', lastName: 'Zebediah', company: 'Plain Ltd' },
  });
  const first = await documents(SAMPLE).create({ data: { ...MARKED, label: 'one' }, status: 'published' });
  const second = await documents(SAMPLE).create({
    data: { label: 'two', text: 'Aaron' },
    status: 'published',
  });
  const meeting = await documents(MEETING).create({
    data: { title: 'Monday', contact: person.documentId, samples: [first.documentId, second.documentId] },
    status: 'published',
  });
  meetingId = meeting.documentId;
  await documents(MEETING).create({ data: { title: 'Tuesday' }, status: 'published' });

  const roles = app.strapi.service('admin::role') as any;
  const role = await roles.create({ name: 'Narrow', description: 'May read labels and titles' });
  const explorer = (action: string, subject: string, fields: string[]) => ({
    action: `plugin::content-manager.explorer.${action}`,
    subject,
    properties: { fields },
    conditions: [],
  });
  await roles.assignPermissions(role.id, [
    // What it may read it sees unmasked, so that only the rights to attributes stand between it and the rest.
    { action: 'plugin::gdpr.personal-data.read', subject: null, properties: {}, conditions: [] },
    explorer('read', SAMPLE, ['label']),
    explorer('read', MEETING, ['title', 'samples', 'contact']),
    explorer('update', MEETING, ['title', 'samples', 'contact']),
  ]);
  editor = await signInAdmin(app, role.code);
  token = await apiToken(app, 'custom', ['api::meeting.meeting.find', 'api::meeting.meeting.findOne']);
  const publicRole = await app.strapi.db
    .query('plugin::users-permissions.role')
    .findOne({ where: { type: 'public' } });
  await app.strapi.db
    .query('plugin::users-permissions.permission')
    .create({ data: { action: 'api::meeting.meeting.find', role: publicRole.id } });
});
afterAll(async () => {
  await app.stop();
});

/** Two questions, one of which guesses right. */
const GUESSES: readonly [string, string][] = [
  ['[$eq]=Zebediah-string', '[$eq]=nobody'],
  ['[$eqi]=ZEBEDIAH-string', '[$eqi]=nobody'],
  ['[$in][0]=Zebediah-string', '[$in][0]=nobody'],
  ['[$notIn][0]=Zebediah-string', '[$notIn][0]=nobody'],
  ['[$ne]=Zebediah-string', '[$ne]=nobody'],
  ['[$startsWith]=Zeb', '[$startsWith]=nob'],
  ['[$contains]=ediah', '[$contains]=nobod'],
  ['[$notContains]=ediah', '[$notContains]=nobod'],
  ['[$not][$eq]=Zebediah-string', '[$not][$eq]=nobody'],
  ['[$null]=true', '[$null]=false'],
  ['[$notNull]=true', '[$notNull]=false'],
  ['[$gt]=A', '[$gt]=z'],
];

async function seen(headers: Record<string, string>, url: string): Promise<[number, string]> {
  const { status, text } = await app.http().get(encodeURI(url)).set(headers);
  expect([url, status]).not.toEqual([url, 500]);
  // A refusal may repeat the question.
  if (status === 200) expect([url, markersIn(text)]).toEqual([url, []]);
  expect(text).not.toMatch(/"sealed\w*":/);
  return [status, status === 200 ? text : ''];
}

async function assertNothingLearnt(
  headers: Record<string, string>,
  right: string,
  wrong: string,
): Promise<void> {
  expect([right, await seen(headers, right)]).toEqual([right, await seen(headers, wrong)]);
}

const paths = (route: string, prefixes: readonly string[]): string[] =>
  prefixes.map((prefix) => `${route}?${prefix}`);

describe('content manager, a role that may read some attributes of a type', () => {
  const samples = `/content-manager/collection-types/${SAMPLE}`;
  const meetings = `/content-manager/collection-types/${MEETING}`;

  test('sees those and no others, whatever it asks for', async () => {
    for (const query of [
      '',
      '?fields[]=*',
      '?populate=*',
      '?populate[meetings][populate]=*',
      '?status=published',
    ]) {
      const [status, text] = await seen(editor, `${samples}${query}`);
      if (status === 200) expect(text).toContain('"label":"one"');
    }
  });

  test.each(
    [
      ...paths(samples, [
        'filters[text]',
        'filters[$and][0][text]',
        'filters[$or][0][text]',
        'filters[$not][text]',
      ]),
      ...paths(meetings, [
        'filters[samples][text]',
        'filters[$and][0][samples][text]',
        'filters[contact][lastName]',
        'filters[contact][dataSubject][email]',
      ]),
      ...paths(`/content-manager/relations/${MEETING}/samples`, ['filters[text]', 'filters[$and][0][text]']),
    ].map((path) => [path]),
  )('%s', async (path) => {
    for (const [right, wrong] of GUESSES)
      await assertNothingLearnt(editor, `${path}${right}`, `${path}${wrong}`);
  });

  test('the search box finds no more than it may read', async () => {
    for (const path of [samples, meetings, `/content-manager/relations/${MEETING}/samples`]) {
      await assertNothingLearnt(editor, `${path}?_q=Zebediah`, `${path}?_q=nobody`);
      await assertNothingLearnt(
        editor,
        `${path}?_q=zebediah-email@marker.example`,
        `${path}?_q=nobody@marker.example`,
      );
      await assertNothingLearnt(editor, `${path}?_q=918273645`, `${path}?_q=111111111`);
    }
    const [, text] = await seen(editor, `${samples}?_q=one`);
    expect(text).toContain('"label":"one"');
  });

  test('the relation picker, by any operator', async () => {
    for (const filter of [
      '$eq',
      '$eqi',
      '$contains',
      '$containsi',
      '$startsWith',
      '$startsWithi',
      '$endsWith',
      '$ne',
    ])
      for (const route of [
        `/content-manager/relations/${MEETING}/samples`,
        `/content-manager/relations/${MEETING}/contact`,
      ])
        await assertNothingLearnt(
          editor,
          `${route}?_q=Zebediah&_filter=${filter}`,
          `${route}?_q=nobody&_filter=${filter}`,
        );
  });

  test.each(['text', 'address', 'whole', 'sealed'])('no order by %s', async (name) => {
    for (const path of [
      samples,
      `/content-manager/relations/${MEETING}/samples`,
      `/content-manager/relations/${MEETING}/${meetingId}/samples`,
    ])
      await assertNothingLearnt(editor, `${path}?sort=${name}:ASC`, `${path}?sort=${name}:DESC`);
    await assertNothingLearnt(
      editor,
      `${meetings}?sort[samples][${name}]=asc`,
      `${meetings}?sort[samples][${name}]=desc`,
    );
  });

  test('a document’s relations show what may be read of them', async () => {
    for (const query of ['', '?populate=*', '?fields=text'])
      await seen(editor, `/content-manager/relations/${MEETING}/${meetingId}/samples${query}`);
    await seen(editor, `${meetings}/${meetingId}?populate=*`);
    await seen(editor, '/content-manager/homepage/recent-documents?action=update');
  });
});

describe.each<[string, () => Record<string, string>]>([
  ['an API token', () => token],
  ['the public role', () => ({})],
])('content API, %s that may read a type, but not the protected types it leads to', (_who, headers) => {
  test('nothing comes out of a relation', async () => {
    for (const query of [
      'populate=*',
      'populate[samples]=*',
      'populate[samples][populate]=*',
      'populate[contact][fields]=email',
      'populate[seats][populate]=guest',
      'populate[zone][on][meeting.seat][populate]=guest',
      'populate=contact.dataSubject.contacts.dataSubject',
      'populate=samples.meetings.samples',
    ])
      await seen(headers(), `/api/meetings?${query}`);
  });

  test.each(
    paths('/api/meetings', [
      'filters[samples][text]',
      'filters[$and][0][samples][text]',
      'filters[$or][0][samples][text]',
      'filters[$not][samples][text]',
      'filters[contact][lastName]',
      'filters[contact][dataSubject][email]',
      'populate[samples][filters][text]',
      'populate[contact][filters][lastName]',
      'populate[seats][filters][guest][text]',
    ]).map((path) => [path]),
  )('%s', async (path) => {
    for (const [right, wrong] of GUESSES)
      await assertNothingLearnt(headers(), `${path}${right}`, `${path}${wrong}`);
  });

  test('nor an order, nor a search', async () => {
    for (const name of ['samples.text', 'contact.lastName', 'contact.dataSubject.email', 'samples.sealed'])
      await assertNothingLearnt(
        headers(),
        `/api/meetings?sort=${name}:asc`,
        `/api/meetings?sort=${name}:desc`,
      );
    await assertNothingLearnt(headers(), '/api/meetings?_q=Zebediah', '/api/meetings?_q=nobody');
    await assertNothingLearnt(
      headers(),
      '/api/meetings?populate[samples][sort]=text:asc',
      '/api/meetings?populate[samples][sort]=text:desc',
    );
  });
});
