import { readCheckpoint, signCheckpoint, splitCheckpoints } from './checkpoint';
import { createNoteSigner, signNote } from './signed-note';

const signer = createNoteSigner('crm.example/audit', new Uint8Array(32).fill(1));
const known = [signer.verifier];
const checkpoint = { origin: 'crm.example/audit', size: 42, root: Buffer.alloc(32, 9) };

test('a checkpoint is three lines and a signature, and reads back', () => {
  const note = signCheckpoint(checkpoint, [signer]);
  expect(note.split('\n').slice(0, 4)).toEqual([
    'crm.example/audit',
    '42',
    Buffer.alloc(32, 9).toString('base64'),
    '',
  ]);
  expect(readCheckpoint(note, known)).toEqual({ checkpoint, signedBy: known });
});

test('while keys change, a checkpoint of both is known to whoever has either', () => {
  const next = createNoteSigner('crm.example/audit', new Uint8Array(32).fill(2));
  const note = signCheckpoint(checkpoint, [next, signer]);
  for (const keys of [known, [next.verifier]])
    expect(readCheckpoint(note, keys)).toHaveProperty('checkpoint');
});

test.each([
  ['a size with a leading zero', 'o\n042\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n'],
  ['a negative size', 'o\n-1\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n'],
  ['a size beyond 2^53', 'o\n9999999999999999\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n'],
  ['a short root', 'o\n1\nCQk=\n'],
  ['no root', 'o\n1\n'],
  ['an empty extension line', 'o\n1\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n\nx\n'],
])('%s is no checkpoint, however well signed', (_name, text) => {
  expect(readCheckpoint(signNote(text, [signer]), known)).toEqual({ fault: 'it is not a signed checkpoint' });
});

test('a witness’s file gives back every checkpoint that was appended to it', () => {
  const notes = [1, 2, 3].map((size) => signCheckpoint({ ...checkpoint, size }, [signer]));
  expect(splitCheckpoints(notes.join(''))).toEqual(notes);
  expect(splitCheckpoints(notes.join('\n'))).toEqual(notes);
  expect(splitCheckpoints('nothing of the kind')).toEqual([]);
});
