import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type Mailbox, startMailbox } from '../../../scripts/mailbox.mjs';
import { readCheckpoint, splitCheckpoints } from '../../../plugins/gdpr/server/src/audit/log/checkpoint';
import { verifyExport } from '../../../plugins/gdpr/server/src/audit/verify/verify-export';
import { auditOf } from '../../support/audit';
import { dumpDatabase } from '../../support/dump';
import { withoutBackgroundWork } from '../../support/life-cycle';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const DPO = 'marker-dpo@example.org';
const DEPUTY = 'marker-deputy@example.org';
const DAY = 24 * 3_600_000;

let app: TestStrapi;
let mailbox: Mailbox;
let folder: string;
let refusal: { code: number; message: string } | null = null;

const witnesses = (): any => auditOf(app).witnesses;
const state = async (): Promise<any> => (await witnesses().states()).find(({ name }: any) => name === 'mail');
const aDayPasses = (): Promise<unknown> =>
  app.knex('gdpr_audit_witnesses').update({ delivered_at: Date.now() - DAY - 1, tried_at: 0 });
const grow = async (): Promise<void> => {
  await (app.strapi.documents(CONTACT as never) as any).findMany({});
  await auditOf(app).sealer.complete();
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-test-'));
  mailbox = await startMailbox({ refuse: () => refusal });
  app = await startStrapi({
    mailbox,
    env: { GDPR_AUDIT_WITNESS_MAIL: `${DPO}, ${DEPUTY}` },
    prepare: withoutBackgroundWork,
  });
  await (app.strapi.documents(CONTACT as never) as any).create({ data: { email: 'seen@example.org' } });
  await auditOf(app).sealer.complete();
});
afterAll(async () => {
  process.env['GDPR_AUDIT_WITNESS_MAIL'] = '';
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('each address gets a mail of its own, whose note proves the log that is exported later', async () => {
  await app.drain();
  const mails = await mailbox.waitFor(2);
  expect(mails.map(({ to }: any) => to.text).sort()).toEqual([DEPUTY, DPO]);
  for (const [at, mail] of mails.entries()) {
    const [note, ...more] = splitCheckpoints(String(mail.text));
    expect(more).toEqual([]);
    expect(readCheckpoint(note ?? '', await auditOf(app).keys.verifiers())).toHaveProperty('checkpoint');
    expect(mail.text).toContain('http://127.0.0.1:1337/api/gdpr/transparency/key');

    await grow();
    const directory = path.join(folder, `export-${String(at)}`);
    await auditOf(app).exportTo(directory);
    // As a mail program saves it.
    const witness = path.join(folder, `mail-${String(at)}.txt`);
    writeFileSync(witness, String(mail.text).replaceAll('\n', '\r\n'));
    expect((await verifyExport(directory, { witness })).faults).toEqual([]);
  }
  expect(await state()).toMatchObject({ failure: null });
});

test('a log that was begun anew, with other keys or not, is none that the mail knows', async () => {
  const [note] = splitCheckpoints(String(mailbox.messages[0]?.text)) as [string];
  const directory = path.join(folder, 'export-0');
  const witness = path.join(folder, 'rewritten.txt');
  const lines = note.split('\n');
  lines[2] = Buffer.alloc(32, 1).toString('base64');
  writeFileSync(witness, lines.join('\n'));
  expect((await verifyExport(directory, { witness })).faults).toEqual([
    expect.stringMatching(/not to be believed/),
  ]);
});

test('it is at most one mail a day, whatever happens, and of two nodes at once one sends it', async () => {
  await grow();
  await app.drain();
  expect(mailbox.messages).toHaveLength(2);
  await aDayPasses();
  await Promise.all([witnesses().deliver(), witnesses().deliver()]);
  await app.drain();
  expect(await mailbox.waitFor(4)).toHaveLength(4);
  await app.drain();
  expect(mailbox.messages).toHaveLength(4);
});

test('what the mail server does not take is no delivery, and arrives when it does', async () => {
  refusal = { code: 451, message: `try again later, ${DPO}` };
  await grow();
  await aDayPasses();
  await app.drain();
  expect(await state()).toMatchObject({ failure: 'the mail waits for the mail server (EENVELOPE 451)' });
  refusal = null;
  await app.knex('gdpr_outbox_messages').update({ next_attempt_at: null, lease_until: 1 });
  await app.drain();
  expect(mailbox.messages).toHaveLength(6);
  expect(await state()).toMatchObject({ failure: null });

  refusal = { code: 550, message: 'no such user' };
  await grow();
  await aDayPasses();
  await app.drain();
  expect(await state()).toMatchObject({ failure: 'the mail could not be delivered (EENVELOPE 550)' });
  refusal = null;
});

test('no table knows the addresses in clear, also after a boot that compares settings', async () => {
  await app.restart();
  const dump = await dumpDatabase(app);
  expect(dump).not.toContain(DPO);
  expect(dump).not.toContain(DEPUTY);
});
