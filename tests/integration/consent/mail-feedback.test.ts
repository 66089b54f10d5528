import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runCommand } from '../../support/command';
import { allowed, ledgerOf, mailsTo, subscribed } from '../../support/consent';
import { bounceOf, complaintOf } from '../../support/mail-reports';
import { startStrapi, type TestStrapi } from '../../support/strapi';

const SECRET = 'a-secret-of-thirty-two-characters';
const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-feedback-'));
const mbox = path.join(directory, 'mbox');
let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi({ env: { MAIL_FEEDBACK_SECRET: SECRET } });
});
afterAll(async () => {
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

const webhook = (body: string | object, type = 'application/json', secret = SECRET) =>
  app
    .http()
    .post('/api/gdpr/mail/feedback')
    .set('Authorization', `Bearer ${secret}`)
    .set('Content-Type', type)
    .send(body as never);
const messageIdOf = (email: string): string => mailsTo(app, email).at(-1)?.messageId ?? '';
const ask = async (email: string): Promise<void> => {
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email, purposes: ['newsletter'] });
  await app.drain();
};
const failures = async (email: string) =>
  (await app.strapi.db.query('plugin::gdpr.outbox-message').findMany({ where: { recipient: email } })).map(
    ({ state, failure, bounce }: any) => ({ state, failure, bounce }),
  );
/** So that the next opt-in mail is not held back as one too many. */
const passWindow = () => app.knex('gdpr_opt_ins').update({ received_at: Date.now() - 86_400_000 });

test('a dead address gets no more mails, whoever asks for them; after half a year it may be alive again', async () => {
  const email = 'dead@example.org';
  await ask(email);
  const report = bounceOf(messageIdOf(email), email);
  expect((await webhook(report, 'message/rfc822')).body).toEqual({ data: { applied: 1, ignored: 0 } });
  app.mailbox.messages.length = 0;
  await passWindow();
  await ask(email);
  expect(mailsTo(app, email)).toHaveLength(0);
  expect(await failures(email)).toEqual([
    { state: 'sent', failure: null, bounce: '5.1.1' },
    { state: 'failed', failure: 'undeliverable', bounce: null },
  ]);
  await app
    .knex('gdpr_outbox_messages')
    .whereNotNull('bounced_at')
    .update({ bounced_at: Date.now() - 200 * 86_400_000 });
  await passWindow();
  await ask(email);
  expect(mailsTo(app, email)).toHaveLength(1);
});

test.each<[string, (id: string, email: string) => string]>([
  ['a full mailbox', (id, email) => bounceOf(id, email, { status: '5.2.2' })],
  ['a delay', (id, email) => bounceOf(id, email, { action: 'delayed', status: '4.4.1' })],
  ['a Message-ID that we never sent', (_id, email) => bounceOf('<4711@example.org>', email)],
  ['somebody else’s address', (id) => bounceOf(id, 'victim@example.org')],
  ['a complaint about somebody else’s address', (id) => complaintOf(id, 'victim@example.org')],
  ['a complaint about a mail that we never sent', (_id, email) => complaintOf('<4711@example.org>', email)],
  ['the opposite of a complaint', (id, email) => complaintOf(id, email, 'not-spam')],
  ['an ordinary mail', () => 'Subject: hello\r\n\r\nhello'],
])('%s changes nothing', async (_name, report) => {
  const email = 'unchanged@example.org';
  if ((await ledgerOf(app, email)).length === 0) await subscribed(app, email);
  const { message_id: id } = await app
    .knex('gdpr_outbox_messages')
    .where({ kind: 'welcome' })
    .orderBy('id', 'desc')
    .first();
  expect((await webhook({ message: report(id, email) })).body).toEqual({ data: { applied: 0, ignored: 1 } });
  expect(await allowed(app, email)).toBe(true);
  expect((await failures(email)).every(({ bounce }) => bounce === null)).toBe(true);
});

test('a complaint withdraws, once, and the ledger says how and by which mail', async () => {
  const email = 'annoyed@example.org';
  await subscribed(app, email);
  const id = messageIdOf(email);
  await Promise.all(Array.from({ length: 5 }, () => webhook({ message: complaintOf(id, null) }).expect(200)));
  expect(await allowed(app, email)).toBe(false);
  const withdrawn = (await ledgerOf(app, email)).filter(({ event }) => event === 'withdrawn');
  expect(withdrawn).toEqual([
    expect.objectContaining({ method: 'complaint', messageId: id, language: 'en' }),
  ]);
});

test('a mail service reports mails of its own by address', async () => {
  const email = 'newsletter-reader@example.org';
  await subscribed(app, email);
  const events = [
    { type: 'complaint', recipient: 'NEWSLETTER-reader@example.org', messageId: '<list-1@service.example>' },
    { type: 'bounce', recipient: 'stranger@example.org' },
    { type: 'bounce', recipient: email, status: '5.1.1' },
  ];
  expect((await webhook({ events })).body).toEqual({ data: { applied: 2, ignored: 1 } });
  expect(await allowed(app, email)).toBe(false);
  app.mailbox.messages.length = 0;
  await passWindow();
  await ask(email);
  expect(mailsTo(app, email)).toHaveLength(0);
});

test('the webhook is closed without its secret, and is not there when none is set', async () => {
  const email = 'forged@example.org';
  await subscribed(app, email);
  const report = { message: complaintOf(messageIdOf(email), email) };
  expect((await webhook(report, 'application/json', 'wrong')).status).toBe(401);
  expect((await app.http().post('/api/gdpr/mail/feedback').send(report)).status).toBe(401);
  expect((await webhook({ events: [{ type: 'praise' }] })).status).toBe(400);
  expect(await allowed(app, email)).toBe(true);
  await app.restart({ MAIL_FEEDBACK_SECRET: '' });
  expect((await webhook(report)).status).toBe(404);
  await app.restart({ MAIL_FEEDBACK_SECRET: SECRET });
});

test('a mailbox file is worked through by the command line and by the job, each mail once', async () => {
  const [bounced, complained] = ['mbox-dead@example.org', 'mbox-annoyed@example.org'];
  await subscribed(app, bounced);
  await subscribed(app, complained);
  const stored = (mail: string): string =>
    `From x Thu Jan  1 00:00:00 2026\n${mail.replaceAll('\r\n', '\n')}\n`;
  writeFileSync(
    mbox,
    stored('Subject: a holiday\n\nBye\n') + stored(bounceOf(messageIdOf(bounced), bounced)),
  );
  const first = await runCommand(['mail', 'feedback', '--mbox', mbox]);
  expect(first.stdout).toContain('2 mails read, 1 of them reports that changed something.');
  expect((await failures(bounced)).some(({ bounce }) => bounce === '5.1.1')).toBe(true);

  appendFileSync(mbox, stored(complaintOf(messageIdOf(complained), complained)));
  await app.restart({ MAIL_FEEDBACK_MAILBOX: mbox });
  await app.drain();
  expect(await allowed(app, complained)).toBe(false);
  const again = await runCommand(['mail', 'feedback', '--mbox', mbox]);
  expect(again.stdout).toContain('0 mails read');
  await app.restart({ MAIL_FEEDBACK_MAILBOX: '' });
});
