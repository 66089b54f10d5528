import nodemailer from '@strapi/provider-email-nodemailer';
import supertest from 'supertest';

import { type Mailbox, startMailbox } from '../../../scripts/mailbox.mjs';
import { startChild } from '../../support/child';
import { startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let refusal: { code: number; message: string } | null = null;
let fault: 'hang' | 'drop' | { code: number; message: string } | null = null;
let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox({ refuse: () => refusal, fault: () => fault });
  app = await startStrapi({ mailbox });
});
afterAll(async () => {
  await app.stop();
});
beforeEach(() => {
  mailbox.messages.length = 0;
});

const subscribe = (email: string) =>
  app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email, purposes: ['newsletter'] });
const outbox = (state: string) => app.knex('gdpr_outbox_messages').where({ state });
/** Lets the time pass that a waiting mail, or a lease of a process that is gone, still has. */
const passTime = () => app.knex('gdpr_outbox_messages').update({ next_attempt_at: null, lease_until: 1 });

test('a mail server that refuses for now gets the mail later; one that refuses for good ends it', async () => {
  refusal = { code: 451, message: 'try again later, ada@example.org' };
  await subscribe('later@example.org');
  await app.drain();
  const [waiting] = await outbox('pending');
  expect(waiting).toMatchObject({ attempts: 1, failure: 'EENVELOPE 451' });
  expect(Number(waiting.next_attempt_at)).toBeGreaterThan(Date.now());

  refusal = null;
  await passTime();
  await app.drain();
  expect(mailbox.messages.map(({ to }: any) => to.text)).toEqual(['later@example.org']);

  refusal = { code: 550, message: 'no such user' };
  await subscribe('never@example.org');
  await app.drain();
  expect(await outbox('failed')).toEqual([expect.objectContaining({ failure: 'EENVELOPE 550' })]);
  refusal = null;
});

describe('a mail server that fails after it has the whole mail', () => {
  /** The same server, for a client that does not wait half a minute. */
  async function impatiently(work: () => Promise<void>): Promise<void> {
    const provider = app.strapi.plugin('email') as any;
    const usual = provider.provider;
    provider.provider = nodemailer.init(
      { host: '127.0.0.1', port: mailbox.port, socketTimeout: 700 } as never,
      { defaultFrom: 'crm@example.org', defaultReplyTo: 'crm@example.org' },
    );
    try {
      await work();
    } finally {
      provider.provider = usual;
      fault = null;
    }
  }

  test.each(['hang', 'drop'] as const)(
    'and then answers nothing (%s) gets it again, as the same mail',
    async (kind) => {
      const email = `${kind}@example.org`;
      await impatiently(async () => {
        fault = kind;
        await subscribe(email);
        await app.drain();
      });
      const [waiting] = await outbox('pending');
      expect(waiting).toMatchObject({ attempts: 1 });
      await passTime();
      await app.drain();
      const copies = mailbox.messages.filter(({ to }: any) => to.text === email);
      expect(copies.length).toBe(2);
      expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1);
      // However often it came: what its link confirms is one subscription.
      expect(new Set(copies.map(({ text }) => text)).size).toBe(1);
      expect(await outbox('pending')).toHaveLength(0);
    },
  );

  test.each([
    [451, 'pending', 'EMESSAGE 451'],
    [554, 'failed', 'EMESSAGE 554'],
  ])('and answers %d leaves it %s', async (code, state, failure) => {
    fault = { code, message: `refused, as ada@example.org would say` };
    const email = `data-${String(code)}@example.org`;
    await subscribe(email);
    await app.drain();
    fault = null;
    const rows = await app.strapi.db
      .query('plugin::gdpr.outbox-message')
      .findMany({ where: { recipient: email } });
    expect(rows.map((row: any) => [row.state, row.failure])).toEqual([[state, failure]]);
    await passTime();
    await app.drain();
    expect(mailbox.messages.some(({ to }: any) => to.text === email)).toBe(state === 'pending');
  });
});

test('an address that the server calls dead when the mail is handed over gets no more', async () => {
  refusal = { code: 550, message: '5.1.1 no such user' };
  await subscribe('dead-at-once@example.org');
  await app.drain();
  refusal = null;
  await app.knex('gdpr_opt_ins').update({ received_at: Date.now() - 86_400_000 });
  await subscribe('dead-at-once@example.org');
  await app.drain();
  expect(mailbox.messages).toHaveLength(0);
  expect((await outbox('failed')).map(({ failure }: any) => failure).slice(-2)).toEqual([
    'EENVELOPE 550',
    'undeliverable',
  ]);
});

test('a dead mail server loses nothing', async () => {
  const dead = await startMailbox();
  await dead.stop();
  const provider = app.strapi.plugin('email') as any;
  const living = provider.provider;
  provider.provider = nodemailer.init({ host: '127.0.0.1', port: dead.port } as never, {
    defaultFrom: 'crm@example.org',
    defaultReplyTo: 'crm@example.org',
  });
  await subscribe('patient@example.org');
  await app.drain();
  expect(mailbox.messages).toHaveLength(0);
  expect((await outbox('pending'))[0]).toMatchObject({ failure: 'ESOCKET' });
  provider.provider = living;
  await passTime();
  await app.drain();
  expect(mailbox.messages).toHaveLength(1);
});

test('a mail leaves once, however many look for it at the same time', async () => {
  await subscribe('once@example.org');
  await Promise.all(Array.from({ length: 5 }, () => app.drain()));
  expect(mailbox.messages).toHaveLength(1);
});

test('a process killed between accepting a subscription and sending its mail loses neither', async () => {
  // Nothing listens where this process sends its mail, so that it can only be killed before the mail is out.
  const child = await startChild({ ...app.database.env, SMTP_PORT: '9', LOG_LEVEL: 'error' });
  const emails = ['killed-1@example.org', 'killed-2@example.org', 'killed-3@example.org'];
  for (const email of emails) {
    const { status } = await supertest(`http://127.0.0.1:${child.port}`)
      .post('/api/gdpr/subscriptions')
      .send({ email, purposes: ['newsletter'] });
    expect(status).toBe(202);
  }
  await child.kill();
  await app.knex('gdpr_opt_ins').update({ lease_until: 1 });
  await passTime();
  await app.drain();
  await passTime();
  await app.drain();
  expect(mailbox.messages.map(({ to }: any) => to.text).sort()).toEqual(emails);
});
