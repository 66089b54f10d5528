import fc from 'fast-check';

import { ageOfConsent, isChild } from './age-of-consent';

test.each([
  ['AT', 14],
  ['BE', 13],
  ['DE', 16],
  ['DK', 15],
  ['FR', 15],
  ['ES', 14],
  ['US', 16],
  [null, 16],
])('in %s it is %d', (country, age) => {
  expect(ageOfConsent(country)).toBe(age);
});

test('a project knows a newer law', () => {
  expect(ageOfConsent('ES', { ES: 16 })).toBe(16);
  expect(ageOfConsent('XX')).toBe(16);
});

const on = (date: string) => new Date(`${date}T12:00:00Z`);
test.each([
  ['2012-05-31', '2026-05-30', 14, true],
  ['2012-05-31', '2026-05-31', 14, false],
  ['2012-02-29', '2026-02-28', 14, true],
  ['2012-02-29', '2026-03-01', 14, false],
])('born on %s, on %s, below %d: %s', (dateOfBirth, today, age, child) => {
  expect(isChild({ underAge: null, dateOfBirth }, age, on(today))).toBe(child);
});

test('silence is no answer, and of a contradiction the protecting half counts', () => {
  const adult = { underAge: false, dateOfBirth: '1990-01-01' };
  expect(isChild({ underAge: null, dateOfBirth: null }, 16, on('2026-01-01'))).toBeNull();
  expect(isChild(adult, 16, on('2026-01-01'))).toBe(false);
  expect(isChild({ ...adult, underAge: true }, 16, on('2026-01-01'))).toBe(true);
  expect(isChild({ ...adult, dateOfBirth: '2020-01-01' }, 16, on('2026-01-01'))).toBe(true);
});

test('nobody grows younger', () => {
  const dates = fc.date({ min: on('1990-01-01'), max: on('2030-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, dates, dates, (birth, one, other) => {
      const [earlier, later] = [one, other].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
      const claim = { underAge: null, dateOfBirth: birth.toISOString().slice(0, 10) };
      if (isChild(claim, 14, earlier) === false) expect(isChild(claim, 14, later)).toBe(false);
    }),
  );
});
