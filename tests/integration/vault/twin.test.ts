import fc from 'fast-check';

import { propertyRuns } from '../../support/property-runs';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';
import { addPlainTwin } from '../../support/twin.mjs';

const TWIN = 'api::plain-contact.plain-contact';
let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi({
    keepsPlaintext: true,
    prepare: (strapi) => void addPlainTwin(strapi, { source: CONTACT, name: 'plain-contact' }),
  });
});
afterAll(async () => {
  await app.stop();
});

type Filter = Readonly<Record<string, unknown>>;
type Operation =
  | { readonly kind: 'create' | 'createMany'; readonly data: object }
  | { readonly kind: 'update' | 'updateMany'; readonly where: Filter; readonly data: object }
  | { readonly kind: 'delete' | 'deleteMany' | 'find' | 'count'; readonly where: Filter };

// Few values, so that filters meet records; lower case only, because MariaDB compares plain columns without regard to it.
const text = fc.constantFrom('ada', 'bob', 'a b', '', 'x'.repeat(40));
const email = fc.constantFrom('ada@example.org', 'bob@example.org', 'cy@example.org');
const data = fc.record(
  {
    firstName: fc.option(text),
    lastName: fc.option(text),
    email: fc.option(email),
    notes: fc.option(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n', "'", '%') })),
    dateOfBirth: fc.option(fc.constantFrom('1990-01-01', '2000-02-29')),
    company: fc.option(text),
  },
  { requiredKeys: [] },
);

const condition = fc.oneof(
  fc.tuple(fc.constantFrom('firstName', 'lastName', 'company'), text),
  fc.tuple(fc.constant('email'), email),
);
const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    condition.map(([name, value]) => ({ [name]: value })),
    fc
      .tuple(condition, fc.constantFrom('$eq', '$ne', '$eqi', '$nei'))
      .map(([[name, value], operator]) => ({ [name]: { [operator]: value } })),
    fc
      .tuple(condition, condition, fc.constantFrom('$in', '$notIn'))
      .map(([[name, one], [, two], operator]) => ({ [name]: { [operator]: [one, two] } })),
    fc.tuple(condition, fc.boolean()).map(([[name], is]) => ({ [name]: { $null: is } })),
    condition.map(([name, value]) => ({ [name]: { $not: { $eq: value } } })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((parts) => ({ $or: parts })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 2 }).map((parts) => ({ $and: parts })),
    tie('filter').map((part) => ({ $not: part })),
  ),
})).filter;

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('create', 'createMany'), data }),
  fc.record({ kind: fc.constantFrom('update', 'updateMany'), where: filter, data }),
  fc.record({ kind: fc.constantFrom('delete', 'deleteMany'), where: filter }),
  fc.record({ kind: fc.constantFrom('find', 'count'), where: filter }),
);

/** What a caller sees, less what no two runs share. */
const seen = (record: any): object | null => {
  if (record === null) return null;
  const { firstName, lastName, email: address, notes, dateOfBirth, company } = record;
  return { firstName, lastName, email: address, notes, dateOfBirth, company };
};

async function run(uid: string, step: Operation): Promise<unknown> {
  const query = app.strapi.db.query(uid) as any;
  // "The first that matches" is the oldest for both, so that they speak of the same record.
  const first = async (where: Filter): Promise<object> => {
    const [record] = await query.findMany({ where, select: ['id'], orderBy: 'id', limit: 1 });
    return { id: record?.id ?? -1 };
  };
  switch (step.kind) {
    case 'create':
      return seen(await query.create({ data: { ...step.data } }));
    case 'createMany':
      return (await query.createMany({ data: [{ ...step.data }, { ...step.data, company: 'second' }] }))
        .count;
    case 'update':
      return seen(await query.update({ where: await first(step.where), data: { ...step.data } }));
    case 'updateMany':
      if (Object.keys(step.data).length === 0) return 'nothing to update';
      return (await query.updateMany({ where: step.where, data: { ...step.data } })).count;
    case 'delete':
      return seen(await query.delete({ where: await first(step.where) }));
    case 'deleteMany':
      return (await query.deleteMany({ where: step.where })).count;
    case 'find':
      return (await query.findMany({ where: step.where, orderBy: 'id' })).map(seen);
    case 'count':
      return query.count({ where: step.where });
  }
}

test('a protected type and its plain twin answer every sequence of operations the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 14 }), async (steps) => {
      for (const uid of [CONTACT, TWIN]) await (app.strapi.db.query(uid) as any).deleteMany({});
      for (const step of steps) {
        expect([step, await run(CONTACT, step)]).toEqual([step, await run(TWIN, step)]);
      }
      const all = async (uid: string): Promise<object[]> =>
        (await (app.strapi.db.query(uid) as any).findMany({ orderBy: 'id' })).map(seen);
      expect(await all(CONTACT)).toEqual(await all(TWIN));
    }),
    propertyRuns(60),
  );
}, 300_000);
