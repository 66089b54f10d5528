import { apiToken } from '../../support/accounts';
import { addTypes, MARKED, SAMPLE_TYPES } from '../../support/sample-types';
import { startStrapi, type TestStrapi } from '../../support/strapi';

/**
 * The same request to a protected type (`/api/secrets`) and to its plain twin (`/api/plains`): the same answer, or a
 * `400` that says what is not possible. Never a failure of the server, never more than was asked for.
 */
const sample: any = SAMPLE_TYPES.contentTypes?.['sample'];
const relations = (name: string) => ({
  friend: { type: 'relation', relation: 'manyToOne', target: `api::${name}.${name}`, inversedBy: 'friends' },
  friends: { type: 'relation', relation: 'oneToMany', target: `api::${name}.${name}`, mappedBy: 'friend' },
});
const { meetings: _meetings, ...attributes } = sample.attributes;
const withoutOptions = Object.fromEntries(
  Object.entries<any>(attributes).map(([name, { pluginOptions: _options, ...attribute }]) => [
    name,
    attribute,
  ]),
);

let app: TestStrapi;
let token: Record<string, string>;

beforeAll(async () => {
  app = await startStrapi({
    keepsPlaintext: true,
    prepare: (strapi) =>
      addTypes(strapi, {
        contentTypes: {
          secret: {
            options: { draftAndPublish: false },
            pluginOptions: sample.pluginOptions,
            attributes: { ...attributes, ...relations('secret') },
          },
          plain: {
            options: { draftAndPublish: false },
            attributes: { ...withoutOptions, ...relations('plain') },
          },
        },
      }),
  });
  token = await apiToken(app, 'full-access');
  for (const name of ['secret', 'plain']) {
    const create = (data: object): Promise<any> =>
      (app.strapi.documents(`api::${name}.${name}` as never) as any).create({ data });
    const first = await create({
      ...MARKED,
      // SQLite keeps no more digits in a plain column, and the servers no more than two behind the point.
      big: '9182736450918',
      exact: 27182.82,
      label: 'a',
      text: 'first text',
      address: 'first@marker.example',
    });
    await create({ label: 'b', text: 'second text', whole: 7, day: '2001-02-03', friend: first.documentId });
    await create({ label: 'c', friend: first.documentId });
  }
});
afterAll(async () => {
  await app.stop();
});

interface Answer {
  readonly status: number;
  readonly body: any;
}

/** Takes out what no two rows share, and where the two types only differ in their name. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !['id', 'documentId', 'createdAt', 'updatedAt', 'publishedAt'].includes(name))
      .map(([name, part]) => [name, comparable(part)]),
  );
}

/** A failure may only be one that plain Strapi has, too, and says nothing more than that it is one. */
function assertDiscreet(request: string, { status, body }: Answer, plain: Answer): void {
  if (status >= 500) {
    expect([request, plain.status]).toEqual([request, status]);
    expect(body).toEqual({
      data: null,
      error: { status: 500, name: 'InternalServerError', message: 'Internal Server Error' },
    });
  }
  expect(JSON.stringify(body)).not.toMatch(
    /"sealed\w*":|node_modules|\bat \w+ \(|SQLITE_|select .* from|insert into/i,
  );
}

function assertSame(request: string, secret: Answer, plain: Answer): void {
  assertDiscreet(request, secret, plain);
  const refusal = secret.body?.error;
  if (secret.status === 400 && String(refusal?.details?.code).startsWith('protected-')) {
    expect(refusal.message).toMatch(/is encrypted|must be|cannot be sorted by|unique/);
    return;
  }
  if (plain.status >= 500) return;
  expect([request, secret.status, comparable(secret.body?.data)]).toEqual([
    request,
    plain.status,
    comparable(plain.body?.data),
  ]);
}

const get = async (name: string, query: string): Promise<Answer> => {
  const { status, body } = await app.http().get(`/api/${name}?${query}`).set(token);
  return { status, body };
};

const OPERATORS = [
  '$eq',
  '$eqi',
  '$ne',
  '$nei',
  '$lt',
  '$lte',
  '$gt',
  '$gte',
  '$in',
  '$notIn',
  '$contains',
  '$notContains',
  '$containsi',
  '$notContainsi',
  '$between',
  '$startsWith',
  '$startsWithi',
  '$endsWith',
  '$endsWithi',
  '$null',
  '$notNull',
];
const OPERANDS = ['first text', '7', '2001-02-03', '', 'é😀\u0000'];

describe('any operator on any attribute, with any operand', () => {
  const names = ['text', 'address', 'whole', 'day', 'moment', 'anything'];
  test.each(names)('%s', async (name) => {
    for (const operator of OPERATORS) {
      for (const operand of OPERANDS) {
        for (const list of ['', '[]']) {
          const query = `filters[${name}][${operator}]${list}=${encodeURIComponent(operand)}&sort=label`;
          assertSame(query, await get('secrets', query), await get('plains', query));
        }
      }
    }
  });
});

const QUERIES = [
  // Shapes that are no filter.
  'filters[text]=first text',
  'filters[text][]=first text&filters[text][]=x',
  'filters[text][$eq][x]=1',
  'filters[text][$eq][][]=1',
  'filters[text][$in][x]=first text',
  'filters[text][$foo]=1',
  'filters[text][$not]=first text',
  'filters[text][$not][$eq]=first text',
  'filters[text][$not][$not][$eq]=first text',
  'filters[$and]=1',
  'filters[$and][text]=first text',
  'filters[$or][0][text]=first text&filters[$or][1][label]=b',
  'filters[$or][]=first',
  'filters[$not]=1',
  'filters[$not][text][$null]=true',
  'filters=1',
  'filters[]=1',
  `filters${'[$not]'.repeat(4)}[text][$eq]=first text`,
  `filters${'[friend]'.repeat(3)}[text][$eq]=first text`,
  'filters[friend][text]=first text',
  'filters[friend][text][$ne]=first text',
  'filters[friend][$not][text]=first text',
  'filters[friends][text][$null]=true',
  'filters[friend]=first text',
  'filters[friend][id][$null]=true',
  // Names of the language, not of the schema.
  'filters[__proto__][text]=1',
  'filters[constructor][name]=x',
  'filters[constructor][prototype][text]=x',
  'filters[text][__proto__]=1',
  'filters[text][constructor]=1',
  'filters[toString]=1',
  'filters[hasOwnProperty][$eq]=1',
  // What is hidden.
  'filters[sealed][$notNull]=true',
  'filters[sealed]=x',
  'filters[$or][0][sealed][$startsWith]=A',
  'filters[friend][sealed][$notNull]=true',
  'sort=sealed',
  'sort[0]=sealed:desc',
  'sort[sealed]=desc',
  'sort=friend.sealed',
  'sort[friend][sealed]=asc',
  'fields=sealed',
  'fields[0]=label&fields[1]=sealed',
  'populate[friend][fields]=sealed',
  'populate[friend][fields][0]=sealed',
  'populate[friend][filters][sealed][$notNull]=true',
  'populate[friends][sort]=sealed',
  // Sorting.
  'sort=text',
  'sort=text:desc,label',
  'sort[0][friend][text]=asc',
  'sort=friend.text',
  'sort=label:asc&sort=text:desc',
  'sort[text][foo]=1',
  'sort[__proto__]=asc',
  // Selecting and populating.
  'fields=text',
  'fields[0]=text&fields[1]=day&sort=label',
  'fields=*',
  'fields[__proto__]=1',
  'fields=nothing',
  'populate=*&sort=label',
  'populate=deep',
  'populate=friend,friends&sort=label',
  'populate=friend.friends.friend.friends&sort=label',
  'populate[friend][populate][friends][populate][friend][populate]=*&sort=label',
  'populate[friend]=*&sort=label',
  'populate[friend]=true&sort=label',
  'populate[friend]=false&sort=label',
  'populate[friend][foo]=bar',
  'populate[friends][filters][text][$eq]=second text&sort=label',
  'populate[friends][filters][longText][$eq]=x&sort=label',
  'populate[friends][sort]=text',
  'populate[friends][sort]=label:desc&sort=label',
  'populate[friends][fields]=text&sort=label',
  'populate[friends][count]=true&sort=label',
  'populate[friends][start]=1&populate[friends][limit]=1&sort=label',
  'populate[friends][on][api::secret.secret][fields]=text',
  'populate[__proto__]=1',
  'populate[constructor]=1',
  'populate[createdBy]=*&sort=label',
  'populate[sealed]=*',
  // Everything else.
  'status=draft&sort=label',
  'status=published&sort=label',
  'status=rubbish',
  'status[]=draft',
  'locale=xx&sort=label',
  'locale=*&sort=label',
  'locale[]=en',
  'hasPublishedVersion=true',
  '_q=first&sort=label',
  '_q[]=first',
  '_q[x]=first',
  'pagination[page]=0',
  'pagination[pageSize]=-1',
  'pagination[page]=abc',
  'pagination[limit]=1&pagination[start]=1&sort=label',
  'pagination[withCount]=false&sort=label',
  'filters[text][$eq]=first text&pagination[pageSize]=1',
  'filters[yes][$eq]=banana',
  'filters[choice][$eq]=banana',
  'filters[label][$eq]=a&filters[text][$null]=false',
];

test.each(QUERIES)('GET ?%s', async (query) => {
  assertSame(query, await get('secrets', query), await get('plains', query));
});

const ACCEPTED: Answer = { status: 201, body: {} };

test('what is sorted, filtered or selected by “sealed” tells nothing', async () => {
  const all = await get('secrets', 'sort=label');
  for (const query of [
    'filters[sealed][$startsWith]=A',
    'filters[sealed][$startsWith]=zzz',
    'sort=sealed',
    'fields=sealed',
  ]) {
    const { status, body } = await get('secrets', query);
    if (status === 200) expect(body.data).toHaveLength(all.body.data.length);
    else expect(status).toBe(400);
  }
});

const VALUES: readonly [string, unknown][] = [
  ['null', null],
  ['an empty string', ''],
  ['a space', ' '],
  ['a number', 12],
  ['zero', 0],
  ['a fraction', 1.5],
  ['a huge number', 1e300],
  ['true', true],
  ['false', false],
  ['an array', ['a']],
  ['an empty array', []],
  ['an object', { a: 1 }],
  ['an operator', { $eq: 'x' }],
  ['a relation operation', { connect: [1] }],
  ['a date', '1999-12-31'],
  ['a date that is none', '1999-02-31'],
  ['a time', '23:59:59.999'],
  ['a moment', '1999-12-31T23:59:59.999Z'],
  ['digits', '12345'],
  ['many digits', '123456789012345678901234567890'],
  ['NUL', 'a\u0000b'],
  ['a lone surrogate', 'a\ud800b'],
  ['emoji', '👩‍👩‍👧'],
  ['right to left', '\u202eabc שלום'],
  ['300 letters', 'x'.repeat(300)],
  ['100 kB', 'x'.repeat(100_000)],
  ['SQL', "'; DROP TABLE secrets; --"],
  ['JSON in text', '{"a":1}'],
  ['an address', 'who@marker.example'],
];

describe('writing any value into any attribute', () => {
  const send = async (method: 'post' | 'put', path: string, data: string): Promise<Answer> => {
    const { status, body } = await app
      .http()
      [method](path)
      .set(token)
      .set('Content-Type', 'application/json')
      .send(`{"data":${data}}`);
    return { status, body };
  };

  test.each(Object.keys(attributes))(
    '%s',
    async (name) => {
      for (const [title, value] of VALUES) {
        const request = `${name} = ${title}`;
        const data = JSON.stringify({ label: 'w', [name]: value });
        const [secret, plain] = [
          await send('post', '/api/secrets', data),
          await send('post', '/api/plains', data),
        ];
        assertDiscreet(request, secret, plain);
        if (secret.status >= 300 && plain.status < 300) {
          // Stricter than plain Strapi it may be only with a sentence that names the attribute.
          expect([request, secret.status]).toEqual([request, 400]);
          expect(secret.body.error.message).toContain(name);
          continue;
        }
        if (plain.status < 300) {
          const kept = [plain.body.data[name], value];
          expect([
            request,
            kept.some((one) => JSON.stringify(one) === JSON.stringify(secret.body.data[name])),
          ]).toEqual([request, true]);
        }
        // Where plain Strapi fails because its column cannot hold the value, a sealed one may succeed.
        if (plain.status < 500) expect([request, secret.status]).toEqual([request, plain.status]);
        if (secret.status < 300) {
          const { documentId } = secret.body.data;
          const reread = await get(`secrets/${String(documentId)}`, '');
          expect([request, reread.body.data[name]]).toEqual([request, secret.body.data[name]]);
        }
      }
    },
    120_000,
  );

  test.each<[string, string]>([
    ['__proto__', '{"label":"p","__proto__":{"text":"polluted","isAdmin":true}}'],
    ['constructor', '{"label":"p","constructor":{"prototype":{"text":"polluted"}}}'],
    ['an unknown attribute', '{"label":"p","unknown":"x"}'],
    ['an array for the whole', '[{"label":"p"}]'],
    ['a string for the whole', '"label"'],
    ['null for the whole', 'null'],
    ['a documentId', '{"label":"p","documentId":"chosen"}'],
    ['an id', '{"label":"p","id":1}'],
    ['times', '{"label":"p","createdAt":"1999-01-01T00:00:00Z","createdBy":1}'],
    ['a missing relation', '{"label":"p","friend":"missing"}'],
    ['a malformed relation', '{"label":"p","friend":{"connect":"x"}}'],
  ])('%s', async (_title, data) => {
    const [secret, plain] = [
      await send('post', '/api/secrets', data),
      await send('post', '/api/plains', data),
    ];
    assertSame(data, secret, plain);
    expect(({} as any).isAdmin).toBeUndefined();
  });

  test('1 MB and more', async () => {
    for (const size of [900_000, 1_500_000]) {
      const data = JSON.stringify({ label: 'l', longText: 'z'.repeat(size) });
      const [secret, plain] = [
        await send('post', '/api/secrets', data),
        await send('post', '/api/plains', data),
      ];
      assertDiscreet(String(size), secret, plain);
      if (plain.status < 500) expect([size, secret.status]).toEqual([size, plain.status]);
      if (secret.status < 300) expect(secret.body.data.longText).toHaveLength(size);
    }
  });

  test('“sealed” and “sealedPlace” are never written', async () => {
    const { sealed } = await app.knex('secrets').whereNotNull('sealed').first('sealed');
    const created = await send(
      'post',
      '/api/secrets',
      JSON.stringify({ label: 's', text: 'mine', sealed, sealedPlace: 'x' }),
    );
    assertDiscreet('sealed', created, ACCEPTED);
    if (created.status === 201) expect(created.body.data.text).toBe('mine');
    const own = await send('post', '/api/secrets', JSON.stringify({ label: 't', text: 'kept' }));
    const { documentId } = own.body.data;
    for (const forged of ['rubbish', sealed, '']) {
      const changed = await send(
        'put',
        `/api/secrets/${String(documentId)}`,
        JSON.stringify({ sealed: forged }),
      );
      assertDiscreet('sealed', changed, ACCEPTED);
      expect((await get(`secrets/${String(documentId)}`, '')).body.data.text).toBe('kept');
      const made = await send('post', '/api/secrets', JSON.stringify({ label: 'u', sealed: forged }));
      assertDiscreet('sealed', made, ACCEPTED);
      if (made.status === 201)
        expect((await get(`secrets/${String(made.body.data.documentId)}`, '')).body.data.text).toBeNull();
    }
  });
});
