import fc from 'fast-check';

import { barsOf, topOf, totalOf } from './funnel';

const row = (week: string, purpose: string, counts: object) => ({
  week,
  purpose,
  pending: 0,
  confirmed: 0,
  direct: 0,
  withdrawn: 0,
  refused: 0,
  expired: 0,
  ...counts,
});
const now = new Date('2026-11-25T10:00:00Z');
const rows = [
  row('2026-11-23', 'newsletter', { pending: 5, confirmed: 3, withdrawn: 1 }),
  row('2026-11-23', 'surveys', { direct: 2, refused: 1 }),
  row('2026-11-09', 'newsletter', { pending: 1, expired: 1 }),
  row('2026-01-05', 'newsletter', { pending: 100 }),
];

test('each of the last weeks has a bar, also the one in which nothing happened', () => {
  expect(barsOf(rows, null, 3, now)).toEqual([
    { week: '2026-11-09', asked: 1, given: 0, left: 1 },
    { week: '2026-11-16', asked: 0, given: 0, left: 0 },
    { week: '2026-11-23', asked: 7, given: 5, left: 2 },
  ]);
  expect(barsOf(rows, 'surveys', 1, now)).toEqual([{ week: '2026-11-23', asked: 2, given: 2, left: 1 }]);
  expect(totalOf(barsOf(rows, null, 3, now))).toEqual({ asked: 8, given: 5, left: 3 });
});

test('a Sunday belongs to the week before, a year’s end to its Monday', () => {
  expect(barsOf([], null, 1, new Date('2026-11-29T23:59:59Z'))[0]?.week).toBe('2026-11-23');
  expect(barsOf([], null, 1, new Date('2027-01-01T00:00:00Z'))[0]?.week).toBe('2026-12-28');
});

test('the axis ends at a round number that holds every bar', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (asked) => {
      const top = topOf([{ week: '', asked, given: 0, left: 0 }]);
      expect(top).toBeGreaterThanOrEqual(asked);
      expect(String(top)).toMatch(/^[125]0*$/);
    }),
  );
});
