import type { AnnotatedAttribute } from '../annotation';

import { maskRecords } from './mask-records';
import { PersonalDataMap } from './personal-data-map';
import { withoutPersonalKeys } from './query-keys';
import { withoutWrittenMasks } from './written-masks';

const annotated = (name: string, type: AnnotatedAttribute['type'], category: string): AnnotatedAttribute => ({
  name,
  type,
  category,
  special: false,
  search: 'none',
  encrypted: true,
  unique: false,
});

/** A person with an address, a company of persons, and a shop that has nothing to do with either. */
const map = new PersonalDataMap(
  [
    {
      uid: 'api::person',
      attributes: {
        email: { type: 'email' },
        born: { type: 'date' },
        city: { type: 'string' },
        company: { type: 'relation', relation: 'manyToOne', target: 'api::company' },
        address: { type: 'component', component: 'shared.address' },
        blocks: { type: 'dynamiczone' },
      },
    },
    {
      uid: 'api::company',
      attributes: {
        name: { type: 'string' },
        people: { type: 'relation', relation: 'oneToMany', target: 'api::person' },
        owner: { type: 'relation', relation: 'morphToOne' },
      },
    },
    { uid: 'shared.address', attributes: { street: { type: 'string' }, note: { type: 'string' } } },
    { uid: 'api::shop', attributes: { email: { type: 'email' } } },
  ],
  new Map([
    [
      'api::person',
      [annotated('email', 'email', 'pd:EmailAddress'), annotated('born', 'date', 'pd:BirthDate')],
    ],
    ['shared.address', [annotated('street', 'string', 'pd:PhysicalAddress')]],
  ]),
  (_uid, name) => `${name}_column`,
);

describe('filters and sorts by personal data', () => {
  const sift = (uid: string, query: Record<string, unknown>) => withoutPersonalKeys(map, uid, query);

  test.each([
    ['api::person', { filters: { email: 'x' } }, {}, 'filters.email'],
    ['api::person', { filters: { email_column: { $eq: 'x' } } }, {}, 'filters.email_column'],
    [
      'api::person',
      { filters: { $or: [{ $not: { email: 'x' } }, { city: 'y' }] } },
      { filters: { $or: [{ city: 'y' }] } },
      'filters.$or.0.$not.email',
    ],
    [
      'api::company',
      { filters: { people: { company: { people: { born: { $gt: '2000' } } } }, name: 'n' } },
      { filters: { name: 'n' } },
      'filters.people.company.people.born',
    ],
    ['api::person', { filters: { address: { street: { $null: true } } } }, {}, 'filters.address.street'],
    ['api::person', { sort: 'email:asc,city:desc' }, { sort: 'city:desc' }, 'sort.email'],
    ['api::company', { sort: ['people.email:desc'] }, {}, 'sort.people.email'],
    ['api::company', { sort: [{ people: { email: 'asc' } }] }, {}, 'sort.people.email'],
    ['api::person', { sort: { address: { street: 'asc' } } }, {}, 'sort.address.street'],
    [
      'api::company',
      { populate: { people: { filters: { email: 'x' }, sort: 'city' } } },
      { populate: { people: { sort: 'city' } } },
      'populate.people.filters.email',
    ],
    [
      'api::person',
      { populate: { blocks: { on: { 'shared.address': { sort: 'street' } } } } },
      { populate: { blocks: { on: { 'shared.address': {} } } } },
      'populate.blocks.on.shared.address.sort.street',
    ],
  ])('of %s, %j leaves %j', (uid, query, left, path) => {
    const sifted = sift(uid, query);
    expect(sifted.query).toEqual(left);
    expect(sifted.withheld).toEqual([expect.objectContaining({ path })]);
  });

  test('what is not personal stays as it is', () => {
    const query = {
      filters: { $and: [{ city: { $in: ['a'] } }, { company: { name: { $not: { $null: true } } } }], id: 1 },
      sort: ['city', 'company.name:desc'],
      populate: ['company', 'company.people'],
      fields: ['email'],
      $nonsense: {},
    };
    expect(sift('api::person', query)).toEqual({ query, withheld: [] });
    expect(sift('api::shop', { filters: { email: 'x' } }).withheld).toEqual([]);
  });
});

describe('records', () => {
  const nobody = () => false;

  test('are masked through relations, components and dynamic zones, and the given ones stay as they are', () => {
    const person = {
      id: 1,
      email: 'ada@example.com',
      born: '1815-12-10',
      city: 'London',
      address: { id: 4, street: 'St James Square', note: 'n' },
      blocks: [{ __component: 'shared.address', street: 'Elsewhere' }],
    };
    const company = { name: 'Engines', people: [person], owner: { __type: 'api::person', email: 'b@c.de' } };
    const before = structuredClone(company);
    expect(maskRecords(map, 'api::company', [company], nobody)).toEqual([
      {
        name: 'Engines',
        people: [
          {
            id: 1,
            email: 'a***@e***.com',
            born: null,
            city: 'London',
            address: { id: 4, street: 'S***', note: 'n' },
            blocks: [{ __component: 'shared.address', street: 'E***' }],
          },
        ],
        owner: { __type: 'api::person', email: 'b***@c***.de' },
      },
    ]);
    expect(company).toEqual(before);
  });

  test('of one’s own are shown, and what hangs on them is masked', () => {
    const own = {
      id: 7,
      email: 'me@example.com',
      company: { people: [{ id: 8, email: 'you@example.com' }] },
    };
    expect(maskRecords(map, 'api::person', own, (_uid, record) => record['id'] === 7)).toEqual({
      id: 7,
      email: 'me@example.com',
      company: { people: [{ id: 8, email: 'y***@e***.com' }] },
    });
  });

  test('that refer to themselves are masked, too', () => {
    const person: Record<string, unknown> = { email: 'ada@example.com' };
    person['company'] = { people: [person] };
    const masked = maskRecords(map, 'api::person', person, nobody) as any;
    expect(masked.company.people[0]).toBe(masked);
    expect(masked.email).toBe('a***@e***.com');
  });
});

describe('input of a masked caller', () => {
  const sift = (data: Record<string, unknown>, isNew = false) =>
    withoutWrittenMasks(map, 'api::person', data, { isNew, nulls: true });

  test('changes nothing where it is a mask, and something where it is a value', () => {
    const data = {
      email: 'a***@e***.com',
      born: null,
      city: 'x***',
      address: { id: 4, street: 'S***', note: 'new' },
    };
    expect(sift(data)).toEqual({ data: { city: 'x***', address: { id: 4, note: 'new' } }, unkept: [] });
    const values = { email: null, born: '2000-01-01', address: { id: 4, street: 'New street' } };
    expect(sift(values)).toEqual({ data: values, unkept: [] });
  });

  test('is refused where a mask would be the first value of something', () => {
    expect(sift({ email: 'a***@e***.com' }, true).unkept).toEqual(['email']);
    expect(sift({ address: { street: 'S***' } }).unkept).toEqual(['address.street']);
  });

  test('keeps keys that are dangerous by name where they are', () => {
    const data = JSON.parse('{"__proto__": {"email": "x"}, "city": "c"}') as Record<string, unknown>;
    expect(Object.keys(sift(data).data)).toEqual(['__proto__', 'city']);
  });
});
