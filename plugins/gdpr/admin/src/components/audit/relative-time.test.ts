import { relativeTime } from './relative-time';

const now = Date.UTC(2026, 0, 31);

test.each([
  [0, 0, 'second'],
  [999, 0, 'second'],
  [59_999, -59, 'second'],
  [60_000, -1, 'minute'],
  [3_600_000 * 5, -5, 'hour'],
  [86_400_000 * 45, -1, 'month'],
  [86_400_000 * 800, -2, 'year'],
])('%d ms ago is %d %s', (past, value, unit) => {
  expect(relativeTime(now - past, now)).toEqual({ value, unit });
});

test('a clock that runs ahead says so', () => {
  expect(relativeTime(now + 120_000, now)).toEqual({ value: 2, unit: 'minute' });
});
