import { signCheckpoint } from '../log/checkpoint';
import { leafHash, nodeHash } from '../log/merkle-tree';
import { createNoteSigner } from '../log/signed-note';

import { type EntryEvidence, verifyEntry } from './verify-entry';

const signer = createNoteSigner('example.org/log', Buffer.alloc(32, 7));
const stranger = createNoteSigner('example.org/log', Buffer.alloc(32, 8));
const data = '{"first":1}';
const [leaf, other] = [leafHash(Buffer.from(data)), leafHash(Buffer.from('{"second":2}'))];
const root = nodeHash(leaf, other);
const note = signCheckpoint({ origin: 'example.org/log', size: 2, root }, [signer]);
const evidence: EntryEvidence = { index: 0, data, payload: null, leaf, inclusion: { proof: [other], note } };
const outcome = (changed: Partial<EntryEvidence>): string =>
  verifyEntry({ ...evidence, ...changed }, [signer.verifier]).outcome;

test('an entry that leads to a signed root is intact, also when only its hash is left', () => {
  expect(verifyEntry(evidence, [signer.verifier])).toEqual({ index: 0, size: 2, outcome: 'intact' });
  expect(outcome({ data: null })).toBe('pruned');
});

test('an edited entry is told, with and without a checkpoint over it', () => {
  expect(outcome({ data: '{"first":2}' })).toBe('changed');
  expect(outcome({ data: '{"first":2}', inclusion: null })).toBe('changed');
});

test('an entry whose hash was exchanged with it, or that stands elsewhere, is not included', () => {
  const forged = '{"first":2}';
  expect(outcome({ data: forged, leaf: leafHash(Buffer.from(forged)) })).toBe('not-included');
  expect(outcome({ index: 1 })).toBe('not-included');
});

test('values that the entry does not commit to are told', () => {
  expect(outcome({ payload: 'AAAA' })).toBe('values-changed');
});

test('a checkpoint of another key proves nothing', () => {
  const forged = signCheckpoint({ origin: 'example.org/log', size: 2, root }, [stranger]);
  expect(outcome({ inclusion: { proof: [other], note: forged } })).toBe('not-signed');
});

test('what no checkpoint covers yet is said to be so', () => {
  expect(outcome({ inclusion: null })).toBe('not-covered');
});
