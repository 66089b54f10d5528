import type { AuditEntry } from '../../../../contracts/audit';

import { fold } from './fold';
import type { Wording } from './sentence';

const wording: Wording = { text: (key) => key, list: (items) => items.join(), actors: {}, types: {} };
const entry = (index: number, actor: string, action = 'read'): AuditEntry => ({
  index,
  id: `a-${String(index)}`,
  time: index,
  action,
  actor,
  source: 'rest',
  records: [],
  hasValues: false,
});

test('what says the same is one, told by its newest, in the order of the newest', () => {
  const entries = [entry(4, 'a'), entry(3, 'b'), entry(2, 'a'), entry(1, 'a', 'delete')];
  expect(fold(entries, wording).map(({ entry: { index }, times }) => [index, times])).toEqual([
    [4, 2],
    [3, 1],
    [1, 1],
  ]);
});
