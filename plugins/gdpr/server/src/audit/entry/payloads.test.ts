import { decodePayloads, encodePayloads, payloadCommitment, prunedPayloads } from './payloads';

const commitment = (text: string | null): string => payloadCommitment(decodePayloads(text));
const text = encodePayloads(['c2VhbGVk', 'dmFsdWVz']);

test('payloads come back in their order', () => {
  expect(decodePayloads(text).map(({ sealed }) => sealed)).toEqual(['c2VhbGVk', 'dmFsdWVz']);
  expect(decodePayloads(null)).toEqual([]);
});

test('an entry commits to its payloads, their order and their number', () => {
  const others = [encodePayloads(['dmFsdWVz', 'c2VhbGVk']), encodePayloads(['c2VhbGVk']), null];
  for (const other of others) expect(commitment(other)).not.toBe(commitment(text));
});

test('pruned, all or one by one, they fulfil the same commitment and say nothing', () => {
  const pruned = prunedPayloads(text);
  expect(pruned).not.toContain('c2VhbGVk');
  expect(decodePayloads(pruned).map(({ sealed }) => sealed)).toEqual([null, null]);
  expect(commitment(pruned)).toBe(commitment(text));
  expect(prunedPayloads(pruned)).toBe(pruned);
  const [first] = pruned.split('\n');
  expect(commitment(`${first ?? ''}\ndmFsdWVz`)).toBe(commitment(text));
});
