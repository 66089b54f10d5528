import {
  allowed,
  BROWSER,
  createPurpose,
  ledgerOf,
  linkTo,
  mailsTo,
  subscribed,
} from '../../support/consent';
import { CONTACT, pluginService, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
  app.strapi.config.set('plugin::gdpr.consent', { channels: ['email', 'sms'] });
  await createPurpose(app, 'surveys', { doubleOptIn: false });
  await createPurpose(app, 'events');
  await createPurpose(app, 'advertising', { doubleOptIn: false, soldOrShared: true });
  await createPurpose(app, 'games', { askAge: true });
});
afterAll(async () => {
  await app.stop();
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

const json = (path: string) => app.http().get(path).set('Accept', 'application/json');
const form = (path: string, body: string) => app.http().post(path).set(BROWSER).type('form').send(body);
const events = async (email: string, purpose: string) =>
  (await ledgerOf(app, email))
    .filter((line) => line.purpose === purpose)
    .map(({ event, method }) => [event, method]);
const stateOf = async (path: string, slug: string) =>
  (await json(path)).body.data.purposes.find((one: any) => one.slug === slug).state;

describe('the link', () => {
  test('stands in the mails that follow consent, and opens this person’s choices and nothing else', async () => {
    await subscribed(app, 'link@example.org');
    const path = linkTo(app, 'link@example.org', 'preferences');
    const page = await app.http().get(path).set(BROWSER);
    expect(page.status).toBe(200);
    expect(page.text).toContain('l…@example.org');
    expect(page.text).not.toContain('link@example.org');
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(page.headers['set-cookie']).toBeUndefined();
    const token = path.split('/').at(-1) ?? '';
    for (const route of ['unsubscribe', 'subscriptions/confirm'])
      expect((await app.http().post(`/api/gdpr/${route}/${token}`)).status).toBe(404);
    const leave = linkTo(app, 'link@example.org', 'unsubscribe').split('/').at(-1) ?? '';
    expect((await app.http().get(`/api/gdpr/preferences/${leave}`)).status).toBe(404);
  });

  test('is mailed to whoever asks for it, and the answer does not tell whether an address is known', async () => {
    await subscribed(app, 'asks@example.org');
    app.mailbox.messages.length = 0;
    const answers = [];
    for (const email of ['asks@example.org', 'nobody@example.org', 'ASKS@example.org']) {
      const { status, text, headers } = await app.http().post('/api/gdpr/preferences').send({ email });
      answers.push(JSON.stringify({ status, text, length: headers['content-length'] }));
      await app.drain();
    }
    expect(new Set(answers).size).toBe(1);
    // One mail a window: the third asked for the same mailbox again.
    expect(app.mailbox.messages.map(({ to }: any) => to.text)).toEqual(['asks@example.org']);
    expect((await json(linkTo(app, 'asks@example.org', 'preferences'))).status).toBe(200);
    const kept = await app.strapi.db.query('plugin::gdpr.link-request').findMany({});
    expect(kept.every((row: any) => row.email === null && row.subjectId !== null)).toBe(true);
  });

  test('is asked for by a form, which says what is wrong', async () => {
    const page = await app.http().get('/api/gdpr/preferences?lang=de').set(BROWSER);
    expect(page.text).toContain('Link zusenden');
    const wrong = await form('/api/gdpr/preferences?lang=de', 'intent=link&email=nobody');
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('aria-invalid="true"');
    expect((await form('/api/gdpr/preferences', 'intent=link&email=a%40example.org')).status).toBe(202);
    const refused = await app
      .http()
      .post('/api/gdpr/preferences')
      .send({ email: 'a@example.org\r\nBcc: b@example.org' });
    expect(refused.status).toBe(400);
  });
});

describe('choices', () => {
  test('what is ticked is granted or asked for by mail, what is not is withdrawn, what was not offered stays', async () => {
    const email = 'choices@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    const page = await app.http().get(path).set(BROWSER);
    expect(page.text).toMatch(/value="newsletter"[^>]*checked/);
    expect(page.text).not.toMatch(/value="surveys"[^>]*checked/);

    const saved = await form(
      path,
      'intent=save&offered=surveys&offered=events&purposes=surveys&purposes=events',
    );
    expect(saved.text).toContain('Your choices have been saved.');
    expect(saved.text).toContain('We have sent you a mail');
    expect(await events(email, 'surveys')).toEqual([['granted', 'preference-centre']]);
    expect(await allowed(app, email, 'surveys')).toBe(true);
    expect(await allowed(app, email)).toBe(true);
    await app.drain();
    expect(await stateOf(path, 'events')).toBe('pending');
    await app.http().post(linkTo(app, email, 'subscriptions/confirm'));
    expect(await allowed(app, email, 'events')).toBe(true);

    await form(path, 'intent=save&offered=newsletter&offered=surveys&purposes=surveys');
    expect(await allowed(app, email)).toBe(false);
    expect(await allowed(app, email, 'surveys')).toBe(true);
  });

  test('everything is withdrawn by one click, and ten at once write one line', async () => {
    const email = 'all@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    await form(path, 'intent=save&offered=surveys&purposes=surveys');
    await Promise.all(Array.from({ length: 10 }, () => form(path, 'intent=withdraw-all')));
    expect(await events(email, 'newsletter')).toEqual([
      ['granted', 'double-opt-in'],
      ['confirmed', 'double-opt-in'],
      ['withdrawn', 'preference-centre'],
    ]);
    expect(await events(email, 'surveys')).toEqual([
      ['granted', 'preference-centre'],
      ['withdrawn', 'preference-centre'],
    ]);
    expect((await app.http().get(path).set(BROWSER)).text).not.toContain('Withdraw everything');
  });

  test('a scanner that posts, or only looks ahead, changes nothing', async () => {
    const email = 'scanned@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    const before = await ledgerOf(app, email);
    await form(path, '');
    await form(path, 'intent=save&offered=newsletter').set('Sec-Purpose', 'prefetch');
    await app.http().post(path).set('Purpose', 'prefetch').send({ withdrawAll: true });
    for (const method of ['get', 'head'] as const) await app.http()[method](path).set(BROWSER);
    expect(await ledgerOf(app, email)).toHaveLength(before.length);
  });

  test('programs say what changes by name, and what is none is a 400', async () => {
    const email = 'program@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    const post = (body: object) => app.http().post(path).set('Accept', 'application/json').send(body);
    expect((await post({ purposes: { newsletter: false, nothing: true } })).body.data.code).toBe(
      'preferences-saved',
    );
    expect(await allowed(app, email)).toBe(false);
    expect((await post({})).status).toBe(400);
    expect((await post({ purposes: { __proto__: true } })).status).toBe(400);
  });

  test('ways of reaching somebody are choices with a history; the language is one without', async () => {
    const email = 'channels@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    const channels = async () => (await json(path)).body.data.channels;
    expect(await channels()).toEqual([
      { channel: 'email', allowed: true },
      { channel: 'sms', allowed: false },
    ]);
    const saved = await form(
      path,
      'intent=save&offeredChannels=email&offeredChannels=sms&channels=sms&language=de',
    );
    expect(saved.text).toContain('<html lang="de"');
    expect(await channels()).toEqual([
      { channel: 'email', allowed: false },
      { channel: 'sms', allowed: true },
    ]);
    expect(await events(email, 'channel:sms')).toEqual([['granted', 'preference-centre']]);
    expect((await app.http().get(path).set(BROWSER).set('Accept-Language', 'fr')).text).toContain(
      '<html lang="de"',
    );
    const [contact] = await (app.strapi.documents(CONTACT as never) as any).findMany({ filters: { email } });
    expect(contact.preferredLanguage).toBe('de');
  });

  test('what a child’s guardian must agree to begins with the form', async () => {
    const email = 'young@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    const page = await app.http().get(path).set(BROWSER);
    expect(page.text).toContain('/api/gdpr/subscriptions/form?purposes=games&amp;lang=en');
    await form(path, 'intent=save&offered=games&purposes=games');
    await app.drain();
    expect(await events(email, 'games')).toEqual([]);
  });
});

describe('Global Privacy Control', () => {
  test('is recorded as a refusal, shown, and holds against the tick for as long as it is sent', async () => {
    const email = 'gpc@example.org';
    await subscribed(app, email);
    const path = linkTo(app, email, 'preferences');
    await form(path, 'intent=save&offered=advertising&purposes=advertising');
    expect(await allowed(app, email, 'advertising')).toBe(true);
    await app.http().head(path).set(BROWSER).set('Sec-GPC', '1');
    await app.http().get(path).set(BROWSER).set('Sec-GPC', '1').set('Sec-Purpose', 'prefetch');
    expect(await allowed(app, email, 'advertising')).toBe(true);

    const page = await app.http().get(path).set(BROWSER).set('Sec-GPC', '1');
    expect(page.text).toContain('Your browser asks by Global Privacy Control');
    expect(page.text).toMatch(/value="advertising"[^>]*disabled/);
    expect(await events(email, 'advertising')).toEqual([
      ['granted', 'preference-centre'],
      ['refused', 'global-privacy-control'],
    ]);
    await form(path, 'intent=save&offered=advertising&purposes=advertising').set('Sec-GPC', '1');
    expect(await allowed(app, email, 'advertising')).toBe(false);
    expect(await events(email, 'advertising')).toHaveLength(2);
    expect(await allowed(app, email)).toBe(true);
  });

  test('on a form: the purpose is refused and not asked for, and nobody’s consent is taken away by it', async () => {
    const ask = (email: string) =>
      app
        .http()
        .post('/api/gdpr/subscriptions')
        .set('Sec-GPC', '1')
        .send({ email, purposes: ['newsletter', 'advertising'] });
    expect((await ask('gpc-form@example.org')).status).toBe(202);
    await app.drain();
    expect(await events('gpc-form@example.org', 'advertising')).toEqual([
      ['refused', 'global-privacy-control'],
    ]);
    expect(mailsTo(app, 'gpc-form@example.org')[0]?.text).not.toContain('advertising');

    await app
      .http()
      .post('/api/gdpr/subscriptions')
      .send({ email: 'kept@example.org', purposes: ['advertising'] });
    await app.drain();
    await ask('kept@example.org');
    await app.drain();
    expect(await allowed(app, 'kept@example.org', 'advertising')).toBe(true);
  });
});

test('an erased person’s link is unknown', async () => {
  const email = 'erased@example.org';
  await subscribed(app, email);
  const path = linkTo(app, email, 'preferences');
  const [line] = await ledgerOf(app, email);
  await pluginService(app, 'vault').of().keys.destroyOf(line.subjectId);
  expect((await json(path)).status).toBe(404);
});
