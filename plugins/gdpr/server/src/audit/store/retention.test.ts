import fc from 'fast-check';

import { lastNight } from './retention';

const at = (text: string): number => new Date(text).getTime();

test.each([
  ['2026-03-10T03:00:00.000Z', 3, '2026-03-10T03:00:00.000Z'],
  ['2026-03-10T02:59:59.999Z', 3, '2026-03-09T03:00:00.000Z'],
  ['2026-01-01T00:00:00.000Z', 23, '2025-12-31T23:00:00.000Z'],
  ['2024-03-01T00:30:00.000Z', 1, '2024-02-29T01:00:00.000Z'],
])('at %s the last %i o’clock was %s', (now, hour, last) => {
  expect(new Date(lastNight(at(now), hour)).toISOString()).toBe(last);
});

test('it is never later than now, never a day ago, and always at the hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1e12, max: 4e12 }), fc.integer({ min: 0, max: 23 }), (now, hour) => {
      const last = lastNight(now, hour);
      const date = new Date(last);
      expect(now - last).toBeGreaterThanOrEqual(0);
      expect(now - last).toBeLessThan(24 * 3_600_000);
      expect([date.getUTCHours(), date.getUTCMinutes(), date.getUTCMilliseconds()]).toEqual([hour, 0, 0]);
    }),
  );
});
