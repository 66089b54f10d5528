import { leafHash } from '../log/merkle-tree';

import { type AuditEntry, isCanonical, leafData, parseEntry, prunedLeaf, prunedLine } from './entry';

const entry: AuditEntry = {
  v: 1,
  id: 'Yk3J9vQ2abcd-1',
  time: 1_764_054_992_123,
  source: 'content-manager',
  actor: 'admin:1',
  action: 'read',
  ip: '203.0.113.0',
  records: [{ type: 'plugin::gdpr.contact', ids: 'kwNi', attributes: 'a1b2c3.7ff' }],
};

test('leaf data is canonical JSON: keys sorted, no spaces, absent is absent', () => {
  expect(leafData({ ...entry, purpose: undefined })).toBe(
    '{"action":"read","actor":"admin:1","id":"Yk3J9vQ2abcd-1","ip":"203.0.113.0",' +
      '"records":[{"attributes":"a1b2c3.7ff","ids":"kwNi","type":"plugin::gdpr.contact"}],' +
      '"source":"content-manager","time":1764054992123,"v":1}',
  );
});

// RFC 8785, section 3.2.2 and appendix B: numbers, escapes and sorting by UTF-16 code units.
test.each([
  ['{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}', true],
  ['{"\\u20ac":1}', false],
  ['{"€":1,"\u{1f600}":2,"\ufb33":3}', true],
  ['{"€":1,"\ufb33":2,"\u{1f600}":3}', false],
  ['{"b":1,"a":2}', false],
  ['{"a": 1}', false],
  ['{"a":1}x', false],
])('%s is canonical: %p', (text, canonical) => {
  expect(isCanonical(text)).toBe(canonical);
});

test('what was written is read, and nothing else is an entry', () => {
  expect(parseEntry(leafData(entry))).toEqual(entry);
  for (const text of [
    '',
    '{}',
    'null',
    leafData(entry).replace('"v":1', '"v":2'),
    prunedLine(leafHash(Buffer.of(1))),
  ])
    expect(parseEntry(text)).toBeNull();
});

test('the line of a pruned entry carries its leaf hash and nothing else', () => {
  const leaf = leafHash(Buffer.from(leafData(entry)));
  expect(prunedLine(leaf)).toBe(`{"pruned":"${leaf.toString('base64')}"}`);
  expect(prunedLeaf(prunedLine(leaf))).toEqual(leaf);
  expect(prunedLeaf(leafData(entry))).toBeNull();
  expect(prunedLeaf('{"pruned":"c2hvcnQ="}')).toBeNull();
  expect(prunedLeaf(`${prunedLine(leaf)} `)).toBeNull();
});
