import { createNoteSigner } from '../audit/log/signed-note';
import { readCheckpoint, signCheckpoint, splitCheckpoints } from '../audit/log/checkpoint';
import { LANGUAGES } from '../platform/languages';

import { renderCheckpointMail } from './checkpoint-mail';

const signers = [1, 2].map((seed) => createNoteSigner('crm.example/gdpr-audit/0a1b', Buffer.alloc(32, seed)));
const note = signCheckpoint(
  { origin: 'crm.example/gdpr-audit/0a1b', size: 12_345, root: Buffer.alloc(32, 9) },
  signers,
);
const mail = {
  controller: 'Müller & <Söhne>',
  note,
  size: 12_345,
  createdAt: new Date('2026-03-10T03:00:00Z'),
  keyUrl: 'https://crm.example/api/gdpr/transparency/key',
};

test.each(LANGUAGES)(
  'in %s it holds the note to the byte, also with the line ends of another system',
  (language) => {
    const { text, html, subjectLine } = renderCheckpointMail(language, mail);
    for (const saved of [text, text.replaceAll('\n', '\r\n')]) {
      expect(splitCheckpoints(saved)).toEqual([note]);
      const verifiers = signers.map(({ verifier }) => verifier);
      expect(readCheckpoint(splitCheckpoints(saved)[0] ?? '', verifiers)).toMatchObject({
        checkpoint: { size: 12_345 },
      });
    }
    expect(subjectLine).toMatch(/12.?345/u);
    expect(text).toContain(mail.keyUrl);
    expect(html).toContain('Müller &amp; &lt;Söhne&gt;');
    expect(html).not.toContain('<Söhne>');
  },
);
