import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { readMailbox } from './mbox';

const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-mbox-'));
const file = path.join(directory, 'mbox');
afterAll(() => rmSync(directory, { recursive: true }));

async function mails(from = 0): Promise<{ text: string; end: number }[]> {
  const all = [];
  for await (const { bytes, end } of readMailbox(file, from))
    all.push({ text: bytes.toString('latin1'), end });
  return all;
}
const stored = (body: string): string => `From someone Thu Jan  1 00:00:00 2026\nSubject: x\n\n${body}\n\n`;

test('mails are told apart, quoting is undone, and a line that only looks like a separator is text', async () => {
  writeFileSync(
    file,
    stored('one\n>From here\n>>From there') + stored('two\nFrom the middle of a paragraph'),
  );
  expect((await mails()).map(({ text }) => text)).toEqual([
    'Subject: x\n\none\nFrom here\n>From there\n\n',
    'Subject: x\n\ntwo\nFrom the middle of a paragraph\n\n',
  ]);
});

test('what has been read is not read again, and what is still being written is left for later', async () => {
  writeFileSync(file, stored('one'));
  const [first] = await mails();
  appendFileSync(file, stored('two').trimEnd());
  expect(await mails(first?.end)).toEqual([]);
  appendFileSync(file, '\n\n' + stored('three'));
  expect((await mails(first?.end)).map(({ text }) => text.split('\n')[2])).toEqual(['two', 'three']);
});

test('an empty file has none, and a mail of 9 MB does not fill the memory', async () => {
  writeFileSync(file, '');
  expect(await mails()).toEqual([]);
  writeFileSync(file, stored(`${'x'.repeat(8)}\n`.repeat(1_000_000)) + stored('after'));
  const all = await mails();
  expect(all).toHaveLength(2);
  expect(all[0]?.text.length).toBeLessThan(5 * 1024 * 1024);
});
