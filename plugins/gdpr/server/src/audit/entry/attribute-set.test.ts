import { attributeSchema, packAttributes, schemaIdOf, unpackAttributes } from './attribute-set';

const schema = attributeSchema('api::x.x', ['firstName', 'lastName', 'email']);

test.each([[[]], [['email']], [['lastName', 'firstName']], [['firstName', 'lastName', 'email']]])(
  '%j comes back in the order of the schema',
  (names) => {
    const packed = packAttributes(schema, names);
    expect(schemaIdOf(packed)).toBe(schema.id);
    expect(unpackAttributes(schema, packed)).toEqual(
      schema.attributes.filter((name) => names.includes(name)),
    );
  },
);

test('another order, another type or another attribute is another schema', () => {
  const ids = [
    schema,
    attributeSchema('api::y.y', schema.attributes),
    attributeSchema('api::x.x', ['lastName', 'firstName', 'email']),
    attributeSchema('api::x.x', ['firstName', 'lastName']),
  ].map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
});

test('what is not of this schema is refused', () => {
  expect(() => packAttributes(schema, ['password'])).toThrow('no protected attribute');
  for (const packed of ['', 'AAAAAA.7', `${schema.id}.`, `${schema.id}.8`, `${schema.id}.x`]) {
    expect(unpackAttributes(schema, packed)).toBeNull();
  }
});
