import {
  createNoteSigner,
  createNoteVerifier,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
} from './signed-note';

// The well-known key of Go's golang.org/x/mod/sumdb/note example: PeterNeumann.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const MESSAGE =
  'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
    '’',
    "'",
  );
const SIGNATURE =
  '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const signer = createNoteSigner('crm.example/audit', new Uint8Array(32).fill(7));
const TEXT = 'first line\n\nlast line\n';

test('a note of the Go implementation verifies, and its key reads back as it was', () => {
  const verifier = parseVerifierKey(PETER);
  const note = parseNote(`${MESSAGE}\n${SIGNATURE}`);
  if (verifier === null || note === null) throw new Error('not read');
  expect(verifier.key).toBe(PETER);
  expect(verifyNote(note, [verifier]).map(({ name }) => name)).toEqual(['PeterNeumann']);
});

test('a signed note reads back, with blank lines in its text, and verifies', () => {
  const note = parseNote(signNote(TEXT, [signer]));
  expect(note?.text).toBe(TEXT);
  expect(note && verifyNote(note, [signer.verifier])).toEqual([signer.verifier]);
  expect(parseVerifierKey(signer.verifier.key)?.keyId).toEqual(signer.verifier.keyId);
});

test('any changed byte of text or signature is found', () => {
  const bytes = Buffer.from(signNote(TEXT, [signer]), 'utf8');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const note = parseNote(changed.toString('utf8'));
    expect(note === null ? [] : verifyNote(note, [signer.verifier])).toEqual([]);
  }
});

test('signatures of unknown keys are ignored, one wrong signature of a known key spoils the note', () => {
  const other = createNoteSigner('crm.example/other', new Uint8Array(32).fill(8));
  const both = parseNote(signNote(TEXT, [other, signer]));
  expect(both && verifyNote(both, [signer.verifier])).toEqual([signer.verifier]);
  expect(both && verifyNote(both, [])).toEqual([]);
  const forged = parseNote(`${TEXT}\n${signer.signatureLine(TEXT)}${signer.signatureLine('else\n')}`);
  expect(forged && verifyNote(forged, [signer.verifier])).toEqual([]);
  // The same key under another name is another key.
  const renamed = createNoteSigner('crm.example/renamed', new Uint8Array(32).fill(7)).verifier;
  const note = parseNote(signNote(TEXT, [signer]));
  expect(note && verifyNote(note, [renamed])).toEqual([]);
});

test.each([
  ['no signature', 'text\n'],
  ['no blank line', `text\n\u2014 name ${Buffer.alloc(68).toString('base64')}\n`],
  ['a carriage return', `text\r\n\n\u2014 name ${Buffer.alloc(68).toString('base64')}\n`],
  ['a hyphen for the dash', `text\n\n- name ${Buffer.alloc(68).toString('base64')}\n`],
  ['base64 with something else in it', `text\n\n\u2014 name AAAA_AAAA\n`],
  ['only a key id', `text\n\n\u2014 name ${Buffer.alloc(4).toString('base64')}\n`],
  ['no last newline', `text\n\n\u2014 name ${Buffer.alloc(68).toString('base64')}`],
  ['too many signatures', `text\n\n${`\u2014 name ${Buffer.alloc(68).toString('base64')}\n`.repeat(65)}`],
])('%s is no signed note', (_name, note) => {
  expect(parseNote(note)).toBeNull();
});

test.each([
  ['a hash of another key', PETER.replace('c74f20a3', 'c74f20a4')],
  ['another signature type', PETER.replace('+ARpc', '+AhpC')],
  ['a key that is too short', 'name+00000000+AQ=='],
  ['a name with a space', `a b${PETER}`],
  ['nothing', ''],
])('%s is no verifier key', (_name, key) => {
  expect(parseVerifierKey(key)).toBeNull();
});

test('what is no note or name cannot be signed', () => {
  expect(() => signNote('no newline', [signer])).toThrow('ends with a newline');
  expect(() => signNote('tab\t\n', [signer])).toThrow('control characters');
  expect(() => createNoteVerifier('a+b', new Uint8Array(32))).toThrow('plus sign');
  expect(() => createNoteVerifier('name', new Uint8Array(31))).toThrow('32 bytes');
});
