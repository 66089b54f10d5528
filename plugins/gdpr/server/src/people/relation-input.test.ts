import { withPlainRelations } from './relation-input';

test.each<[object, object]>([
  [{ dataSubject: { connect: [], disconnect: [] } }, {}],
  [{ dataSubject: { connect: [{ id: 3 }], disconnect: [{ id: 1 }] } }, { dataSubject: 3 }],
  [{ dataSubject: { set: [{ id: 3 }] } }, { dataSubject: 3 }],
  [{ dataSubject: 3 }, { dataSubject: 3 }],
  [{ dataSubject: null }, {}],
  [{ dataSubject: { disconnect: [{ id: 1 }] } }, {}],
  [{ convertedContact: { connect: [], disconnect: [] } }, {}],
  [{ convertedContact: { disconnect: [{ id: 1 }] } }, { convertedContact: null }],
  [{ convertedContact: null }, { convertedContact: null }],
  [{ email: 'a@example.org' }, { email: 'a@example.org' }],
])('%j becomes %j', (data, expected) => {
  expect(withPlainRelations(data as Record<string, unknown>)).toEqual(expected);
});
