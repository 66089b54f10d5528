import fc from 'fast-check';

import { packIds, unpackIds } from './record-ids';

const sortedUnique = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b);

test('whatever is packed comes back, sorted and without duplicates', () => {
  const id = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      expect(unpackIds(packIds(ids))).toEqual(sortedUnique(ids));
    }),
  );
});

test('a page of neighbours is short, a hundred rows strewn over a million are not long', () => {
  expect(packIds(Array.from({ length: 100 }, (_, at) => 201 + at)).length).toBeLessThanOrEqual(23);
  expect(packIds(Array.from({ length: 100 }, (_, at) => at * 9_973)).length).toBeLessThanOrEqual(260);
  expect(packIds([])).toBe('');
});

test('ten thousand neighbours take less than two kilobytes', () => {
  expect(packIds(Array.from({ length: 10_000 }, (_, at) => 1_000_000 + at)).length).toBeLessThan(2_000);
});

test.each(['====', 'gA', '_____w', 'AQ', 'AQEA', 'AgEAgQ', 'AgEg_w', 'AYCAgIAQ', 'a b'])(
  '%p is nothing that was packed',
  (packed) => {
    expect(unpackIds(packed)).toBeNull();
  },
);
