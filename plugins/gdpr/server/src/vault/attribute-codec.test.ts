import type { AnnotatedAttribute, ProtectableType } from './annotation';
import { normaliseValue } from './attribute-codec';

const of = (type: ProtectableType): AnnotatedAttribute => ({ name: 'field', type }) as AnnotatedAttribute;

test.each<[ProtectableType, unknown, unknown]>([
  ['string', 5, '5'],
  ['string', '', ''],
  ['integer', ' 42 ', 42],
  ['decimal', '1.50', 1.5],
  ['biginteger', '+00123', '123'],
  ['biginteger', 9007199254740993n, '9007199254740993'],
  ['boolean', 'false', false],
  ['boolean', 1, true],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', '2024-02-29T10:00:00Z', '2024-02-29'],
  ['time', '10:05:00', '10:05:00.000'],
  ['datetime', '2024-02-29T10:00:00+01:00', '2024-02-29T09:00:00.000Z'],
  ['datetime', '2024-02-29 10:00Z', '2024-02-29T10:00:00.000Z'],
  ['datetime', '2024-02-29T10', new Date('2024-02-29T10:00').toISOString()],
  ['datetime', '2024-02-29', new Date('2024-02-29T00:00').toISOString()],
  ['datetime', 20240229, new Date('2024-02-29T00:00').toISOString()],
  ['datetime', 1_595_795_571_428, '2020-07-26T20:32:51.428Z'],
  ['datetime', 5, '1970-01-01T00:00:00.005Z'],
  ['json', '{"a":1}', { a: 1 }],
  ['json', [1, 'x'], [1, 'x']],
  ['blocks', [{ type: 'paragraph' }], [{ type: 'paragraph' }]],
  ['email', null, null],
  ['email', undefined, null],
])('%s: %p becomes %p', (type, value, expected) => {
  expect(normaliseValue(of(type), value)).toEqual(expected);
});

test.each<[ProtectableType, unknown]>([
  ['integer', 'many'],
  ['integer', ''],
  ['float', Number.NaN],
  ['biginteger', '1.5'],
  ['date', '2023-02-29'],
  ['date', 'secret@example.org'],
  ['time', '25:00:00'],
  ['datetime', 'tomorrow'],
  ['datetime', 'Jan 1 2026'],
  ['datetime', 1.5],
  ['datetime', '2024-02-30'],
])('%s: %p is refused by a message that names the field and not the value', (type, value) => {
  expect(() => normaliseValue(of(type), value)).toThrow(/^field must be /);
});
