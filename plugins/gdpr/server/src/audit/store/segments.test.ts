import type { AuditEntry } from '../entry/entry';
import { packIds } from '../entry/record-ids';

import { decoded, matches, mayMatch, summarise, type TrailFilter } from './segments';

const entry = (change: Partial<AuditEntry>): AuditEntry => ({
  v: 1,
  id: 'a-1',
  time: 1_000,
  action: 'read',
  actor: 'admin:1',
  source: 'rest',
  ...change,
});
const entries = [
  entry({ records: [{ type: 'api::a.a', ids: packIds([1, 2, 3]) }] }),
  entry({ time: 2_000, actor: 'admin:2', records: [{ type: 'api::b.b', ids: packIds([9]) }] }),
  entry({
    time: 3_000,
    action: 'update',
    records: [
      { type: 'api::a.a', change: 'update', ids: packIds([7]), documents: ['doc7'], subjects: ['ada'] },
    ],
  }),
  entry({ time: 4_000, action: 'denied', actor: 'public', details: { type: 'api::c.c', document: 'doc8' } }),
];
const about = (change: object): TrailFilter => ({
  about: { records: new Map(), subjects: new Set(), documents: new Set(), ...change },
});

test.each<[TrailFilter, number[]]>([
  [{}, [1_000, 2_000, 3_000, 4_000]],
  [{ actor: 'admin:2' }, [2_000]],
  [{ action: 'update' }, [3_000]],
  [{ source: 'graphql' }, []],
  [{ from: 2_000, to: 3_000 }, [2_000, 3_000]],
  [{ from: 5_000 }, []],
  [{ to: 500 }, []],
  [{ type: 'api::a.a' }, [1_000, 3_000]],
  [{ type: 'api::c.c' }, [4_000]],
  [about({ records: new Map([['api::a.a', new Set([2])]]) }), [1_000]],
  [about({ records: new Map([['api::b.b', new Set([2])]]) }), []],
  [about({ subjects: new Set(['ada']) }), [3_000]],
  [about({ documents: new Set(['doc8']) }), [4_000]],
  [about({ subjects: new Set(['nobody']) }), []],
])('%j finds the entries of %j, and no segment that holds one is passed by', (filter, times) => {
  const found = entries.filter((one) => matches(filter, one));
  expect(found.map(({ time }) => time)).toEqual(times);
  if (found.length > 0) expect(mayMatch(filter, summarise(0, entries.map(decoded)))).toBe(true);
  for (const one of found) expect(mayMatch(filter, summarise(0, [decoded(one)]))).toBe(true);
});

test('a segment without what is looked for is passed by', () => {
  const row = summarise(0, entries.map(decoded));
  expect(mayMatch({ actor: 'admin:3' }, row)).toBe(false);
  expect(mayMatch({ from: 4_001 }, row)).toBe(false);
  expect(mayMatch(about({ records: new Map([['api::a.a', new Set([4])]]) }), row)).toBe(false);
});
