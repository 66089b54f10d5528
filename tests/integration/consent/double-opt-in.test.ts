import { startStrapi, CONTACT, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

const subscribe = (body: object) => app.http().post('/api/gdpr/subscriptions').send(body);
const linkIn = (text: string | undefined): string => {
  const link = /https?:\/\/\S+/.exec(text ?? '')?.[0];
  if (link === undefined) throw new Error('There is no link in this mail.');
  return new URL(link).pathname;
};
const confirmLink = async (): Promise<string> => {
  await app.drain();
  return linkIn(app.mailbox.messages.at(-1)?.text);
};
const gate = (email: string) =>
  (
    app.strapi.plugin('gdpr').service('processing') as unknown as {
      check(q: object): Promise<{ allowed: boolean; reason: string }>;
    }
  ).check({
    email,
    purpose: 'newsletter',
  });

describe('the whole way', () => {
  test.each([
    ['en', 'Please confirm your subscription', 'Confirm your subscription'],
    ['de', 'Bitte bestätigen Sie Ihre Anmeldung', 'Anmeldung bestätigen'],
  ])('subscribe, mail, confirm, unsubscribe in %s', async (locale, mailSubject, pageTitle) => {
    const email = `ada.${locale}@example.org`;
    const accepted = await subscribe({
      email,
      purposes: ['newsletter'],
      locale,
      firstName: 'Ada',
      lastName: 'Lovelace',
      formUrl: 'https://example.org/form',
    });
    expect(accepted.status).toBe(202);
    expect((await gate(email)).allowed).toBe(false);

    const path = await confirmLink();
    const [mail] = app.mailbox.messages;
    expect(mail?.subject).toContain(mailSubject);
    expect(mail?.headers.get('list-unsubscribe')).toBeUndefined();

    // Scanners open the link, as often as they like: nothing happens.
    for (const method of ['get', 'head', 'get'] as const)
      expect((await app.http()[method](path)).status).toBe(200);
    const page = await app.http().get(path);
    expect(page.text).toContain(pageTitle);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect((await gate(email)).allowed).toBe(false);
    expect(await app.strapi.documents(CONTACT).count({ filters: { email } })).toBe(0);

    const confirmed = await app.http().post(path).type('form').send('');
    expect(confirmed.status).toBe(200);
    expect((await gate(email)).allowed).toBe(true);
    const [contact] = await app.strapi.documents(CONTACT).findMany({ filters: { email } });
    expect(contact).toMatchObject({ firstName: 'Ada', lastName: 'Lovelace', preferredLanguage: locale });

    const again = await app.http().post(path).set('Accept', 'application/json');
    expect(again.status).toBe(200);
    expect(again.body.data.code).toBe('already-confirmed');
    expect(await app.strapi.documents(CONTACT).count({ filters: { email } })).toBe(1);

    await app.drain();
    const welcome = app.mailbox.messages.at(-1);
    const header = welcome?.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line ?? '';
    expect(welcome?.headerLines.find(({ key }) => key === 'list-unsubscribe-post')?.line).toContain(
      'List-Unsubscribe=One-Click',
    );
    const leave = new URL(/<([^>]+)>/.exec(header)?.[1] ?? '').pathname;
    expect((await app.http().get(leave)).status).toBe(200);
    expect((await gate(email)).allowed).toBe(true);
    for (let click = 0; click < 2; click += 1) {
      const left = await app.http().post(leave).type('form').send('List-Unsubscribe=One-Click');
      expect(left.status).toBe(200);
      expect(left.headers['set-cookie']).toBeUndefined();
    }
    expect(await gate(email)).toMatchObject({
      allowed: false,
      reason: 'Consent is not in force: withdrawn.',
    });
    const withdrawals = await app.strapi.db
      .query('plugin::gdpr.consent-record')
      .findMany({ where: { email, event: 'withdrawn' } });
    expect(withdrawals).toHaveLength(1);

    // Asking again after leaving works anew.
    expect((await subscribe({ email, purposes: ['newsletter'], locale })).status).toBe(202);
    await app.drain();
    expect((await gate(email)).allowed).toBe(false);
  });

  test('the ledger keeps the evidence of each step', async () => {
    const email = 'evidence@example.org';
    await subscribe({
      email,
      purposes: ['newsletter'],
      locale: 'de',
      formUrl: 'https://example.org/anmelden',
    }).set('User-Agent', 'Browser/1.0');
    const path = await confirmLink();
    await app.http().post(path).set('User-Agent', 'Browser/2.0');
    const lines = await app.strapi.db
      .query('plugin::gdpr.consent-record')
      .findMany({ where: { email }, orderBy: { id: 'asc' } });
    expect(lines.map(({ event }: { event: string }) => event)).toEqual(['granted', 'confirmed']);
    const [granted, confirmed] = lines;
    const mail = app.mailbox.messages.find(({ messageId }) => messageId === granted.messageId);
    expect(mail).toBeDefined();
    expect(granted).toMatchObject({
      purpose: 'newsletter',
      language: 'de',
      method: 'double-opt-in',
      formUrl: 'https://example.org/anmelden',
      userAgent: 'Browser/1.0',
      email,
    });
    expect(granted.textShown).toContain('Ich willige ein');
    expect(granted.textHash).toMatch(/^[0-9a-f]{64}$/);
    expect(granted.bodyHash).toMatch(/^[0-9a-f]{64}$/);
    expect(granted.ip).toBeTruthy();
    expect(confirmed).toMatchObject({ userAgent: 'Browser/2.0', tokenHash: granted.tokenHash });
    expect(new Date(confirmed.occurredAt).getTime()).toBeGreaterThanOrEqual(
      new Date(granted.occurredAt).getTime(),
    );
  });

  test('an HTML form gets a page, not JSON', async () => {
    const answer = await app
      .http()
      .post('/api/gdpr/subscriptions')
      .type('form')
      .set('Accept', 'text/html')
      .set('Accept-Language', 'de-AT,de;q=0.9')
      .send('email=form%40example.org&purposes=newsletter');
    expect(answer.status).toBe(202);
    expect(answer.text).toContain('<html lang="de" dir="ltr">');
    expect(answer.text).toContain('Bitte sehen Sie in Ihr Postfach');
  });

  test('nothing that an editor wrote is overwritten by a public form', async () => {
    const email = 'known@example.org';
    await app.strapi
      .documents(CONTACT)
      .create({ data: { email, firstName: 'Grace', lastName: 'Hopper' } as never });
    await subscribe({ email: 'KNOWN@example.org', purposes: ['newsletter'], firstName: 'Mallory' });
    await app.http().post(await confirmLink());
    const contacts = await app.strapi.documents(CONTACT).findMany({ filters: { email } });
    expect(contacts).toHaveLength(1);
    expect(contacts[0]).toMatchObject({ firstName: 'Grace', lastName: 'Hopper' });
  });
});

describe('an answer never tells whether an address is known', () => {
  test('new, pending, confirmed and withdrawn addresses get the same', async () => {
    const answers = [];
    for (const email of [
      'fresh@example.org',
      'fresh@example.org',
      'evidence@example.org',
      'ada.en@example.org',
    ]) {
      const { status, text, headers } = await subscribe({ email, purposes: ['newsletter'] });
      answers.push({ status, text, type: headers['content-type'], length: headers['content-length'] });
      await app.drain();
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('an address that has confirmed gets no further mail', async () => {
    await subscribe({ email: 'evidence@example.org', purposes: ['newsletter'] });
    await app.drain();
    expect(app.mailbox.messages).toHaveLength(0);
  });
});

describe('many at once', () => {
  test('a hundred parallel subscriptions of one address: one mail, one data subject, one contact', async () => {
    const email = 'crowd@example.org';
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => subscribe({ email, purposes: ['newsletter'] })),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    await app.drain();
    expect(app.mailbox.messages).toHaveLength(1);
    const path = linkIn(app.mailbox.messages[0]?.text);
    await Promise.all(Array.from({ length: 10 }, () => app.http().post(path)));
    expect(await app.strapi.documents(CONTACT).count({ filters: { email } })).toBe(1);
    expect(await app.strapi.db.query('plugin::gdpr.data-subject').count({ where: { email } })).toBe(1);
  });
});
