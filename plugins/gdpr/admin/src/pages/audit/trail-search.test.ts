import { auditQueryOf, dayOf, hasFilters, readSearch, startOfDay, withFilters } from './trail-search';

test('a day is the reader’s, and the last one is included to its end', () => {
  const query = auditQueryOf({ from: '2026-03-28', to: '2026-03-29' });
  expect(new Date(query.from ?? '')).toEqual(new Date(2026, 2, 28));
  expect(new Date(query.to ?? '')).toEqual(new Date(2026, 2, 29, 23, 59, 59, 999));
});

test('a day survives the way into the address and back', () => {
  expect(dayOf(startOfDay('2026-01-05') ?? new Date(0))).toBe('2026-01-05');
  expect(startOfDay('yesterday')).toBeNull();
  expect(auditQueryOf({ from: 'yesterday' })).toEqual({ limit: 25 });
});

test('changing a filter begins with the newest entries, and a person takes the place of a record', () => {
  const params = new URLSearchParams('before=100&document=abc&action=read');
  expect(withFilters(params, { person: 'xyz' }).toString()).toBe('action=read&person=xyz');
  expect(withFilters(params, { action: undefined }).toString()).toBe('document=abc');
});

test('only what the page knows is read from its address', () => {
  expect(readSearch(new URLSearchParams('action=read&actor=&before=x&email=a'))).toEqual({ action: 'read' });
  expect(hasFilters(readSearch(new URLSearchParams('before=10')))).toBe(false);
});
