import { readAnnotation } from './annotation';

const schema = (attributes: object, subject?: object) => ({
  uid: 'api::order.order',
  pluginOptions: subject === undefined ? {} : { gdpr: { subject } },
  attributes: attributes as never,
});
const personal = (options: object = {}) => ({
  gdpr: { personalData: { category: 'pd:EmailAddress', ...options } },
});

test('an annotation is read with its defaults', () => {
  const { annotation } = readAnnotation(
    schema({ email: { type: 'email', pluginOptions: personal() } }, { email: 'email' }),
  );
  expect(annotation).toEqual({
    subject: { email: 'email' },
    attributes: [
      {
        name: 'email',
        type: 'email',
        category: 'pd:EmailAddress',
        special: false,
        search: 'none',
        encrypted: true,
        unique: false,
      },
    ],
  });
});

test('a unique attribute is indexed exactly, because that decides uniqueness', () => {
  const { annotation } = readAnnotation(
    schema({ email: { type: 'email', unique: true, pluginOptions: personal() } }),
  );
  expect(annotation?.attributes[0]?.search).toBe('exact');
});

test('a schema without annotation has none', () => {
  expect(readAnnotation(schema({ total: { type: 'decimal' } }))).toEqual({ annotation: null, faults: [] });
});

test.each([
  [
    'an unknown search level',
    { a: { type: 'string', pluginOptions: personal({ search: 'fuzzy' }) } },
    undefined,
    'search',
  ],
  [
    'a category that is none',
    { a: { type: 'string', pluginOptions: personal({ category: 'email' }) } },
    undefined,
    'W3C DPV term',
  ],
  [
    'a misspelt option',
    { a: { type: 'string', pluginOptions: personal({ serch: 'exact' }) } },
    undefined,
    'serch',
  ],
  [
    'a relation',
    { a: { type: 'relation', pluginOptions: personal() } },
    undefined,
    'cannot hold personal data',
  ],
  [
    'a searchable boolean',
    { a: { type: 'boolean', pluginOptions: personal({ search: 'exact' }) } },
    undefined,
    'not possible',
  ],
  [
    'prefixes of a number',
    { a: { type: 'integer', pluginOptions: personal({ search: 'prefix' }) } },
    undefined,
    'use "exact"',
  ],
  [
    'a subject that is not there',
    { a: { type: 'string', pluginOptions: personal() } },
    { email: 'mail' },
    'no attribute "mail"',
  ],
  [
    'a subject via a list',
    { a: { type: 'string', pluginOptions: personal() }, c: { type: 'relation', relation: 'oneToMany' } },
    { via: 'c' },
    'oneToOne or manyToOne',
  ],
  [
    'a subject without personal data',
    { a: { type: 'string' } },
    { email: 'a' },
    'no attribute of this type is marked',
  ],
])('%s is a fault that names type and place', (_name, attributes, subject, message) => {
  const { faults } = readAnnotation(schema(attributes, subject));
  expect(faults.join('\n')).toContain('api::order.order, ');
  expect(faults.join('\n')).toContain(message);
});

test('every fault is named, not only the first', () => {
  const { faults } = readAnnotation(
    schema({
      a: { type: 'string', pluginOptions: personal({ category: 'x' }) },
      b: { type: 'media', pluginOptions: personal() },
    }),
  );
  expect(faults).toHaveLength(2);
});
