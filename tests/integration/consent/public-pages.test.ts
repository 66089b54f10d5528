import { failureOf } from '../../support/failure';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const LOGO = 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=';
let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi({
    env: {
      PUBLIC_PAGES_LANGUAGE: 'es',
      PUBLIC_PAGES_LOGO: LOGO,
      PUBLIC_PAGES_COLOR: '#896D00',
      CONTROLLER_NAME: 'Müller & <b>Söhne</b>',
      PRIVACY_POLICY_URL: 'https://example.org/privacy?a=1&b=2',
    },
  });
});
afterAll(async () => {
  await app.stop();
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'User-Agent': 'Mozilla/5.0' };
async function confirmPath(email: string, locale = 'de'): Promise<string> {
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email, purposes: ['newsletter'], locale });
  await app.drain();
  const text = app.mailbox.messages.at(-1)?.text ?? '';
  return new URL(/https?:\S+\/confirm\/\S+/.exec(text)?.[0] ?? '').pathname;
}
const contactsOf = (email: string) =>
  app.strapi.documents(CONTACT as never).count({ filters: { email } } as never);
const languageOf = (page: { text: string }) => /<html lang="(..)" dir="ltr">/.exec(page.text)?.[1];

describe('every page', () => {
  test('carries the controller’s name, logo, colour and policy, and nothing that runs or leaks', async () => {
    const page = await app.http().get(await confirmPath('brand@example.org'));
    expect(page.text).toContain('Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;');
    expect(page.text).toContain(`<img src="${LOGO}"`);
    expect(page.text).toContain('--act:#896d00');
    expect(page.text).toContain('href="https://example.org/privacy?a=1&amp;b=2"');
    expect(page.text).not.toContain('<script');
    const policy = page.headers['content-security-policy'] ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; form-action 'self'/,
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['cache-control']).toBe('no-store');
  });

  test('speaks the language chosen on it, else that of the person, else of the browser, else of the site', async () => {
    const path = await confirmPath('languages@example.org', 'de');
    expect(languageOf(await app.http().get(path).set('Accept-Language', 'fr'))).toBe('de');
    expect(languageOf(await app.http().get(`${path}?lang=fr`))).toBe('fr');
    expect(languageOf(await app.http().get(`${path}?lang=tlh`))).toBe('de');
    const unknown = '/api/gdpr/subscriptions/confirm/nothing';
    expect(languageOf(await app.http().get(unknown).set('Accept-Language', 'tlh, fr;q=0.3'))).toBe('fr');
    expect(languageOf(await app.http().get(unknown))).toBe('es');
    const links = [...(await app.http().get(path)).text.matchAll(/href="\?lang=(..)" lang="(..)"/g)];
    expect(links.map(([, to, lang]) => [to, lang])).toEqual(['en', 'fr', 'es'].map((one) => [one, one]));
  });

  test('of a mail in one language, confirmed in another: the ledger says in which', async () => {
    const email = 'wrong-language@example.org';
    const path = await confirmPath(email, 'de');
    expect((await app.http().get(`${path}?lang=fr`)).text).toContain('J’accepte de recevoir');
    const done = await app.http().post(`${path}?lang=fr`).set(BROWSER).type('form').send('intent=confirm');
    expect(languageOf(done)).toBe('fr');
    const lines = await app.strapi.db
      .query('plugin::gdpr.consent-record')
      .findMany({ where: { email }, orderBy: { id: 'asc' } });
    expect(lines.map(({ event, language }: any) => [event, language])).toEqual([
      ['granted', 'de'],
      ['confirmed', 'fr'],
    ]);
    expect(lines[1].textShown).toContain('J’accepte');
  });

  test('of an unknown locale is in the language of the site, and so is the mail', async () => {
    await app
      .http()
      .post('/api/gdpr/subscriptions')
      .send({ email: 'klingon@example.org', purposes: ['newsletter'], locale: 'tlh-QO' });
    await app.drain();
    const mail = app.mailbox.messages.find(({ to }: any) => to.text === 'klingon@example.org');
    expect(mail?.subject).toMatch(/^Confirme su suscripción/);
  });
});

describe('what a person reads when something is wrong', () => {
  test('a form that cannot be read, in their language, without what they typed', async () => {
    const page = await app
      .http()
      .post('/api/gdpr/subscriptions')
      .set(BROWSER)
      .set('Accept-Language', 'de')
      .type('form')
      .send('email=%3Cscript%3Ealert(1)%3C/script%3E&purposes=newsletter');
    expect(page.status).toBe(400);
    expect(languageOf(page)).toBe('de');
    expect(page.text).not.toContain('<script');
  });

  test('too many attempts', async () => {
    await app.restart();
    app.strapi.config.set('plugin::gdpr.rateLimit', { perIp: 1, perAddress: 5, windowSeconds: 60 });
    const ask = () =>
      app.http().post('/api/gdpr/unsubscribe/nothing').set(BROWSER).set('Accept-Language', 'fr');
    expect((await ask()).status).toBe(404);
    const page = await ask();
    expect(page.status).toBe(429);
    expect(page.text).toContain('Trop de tentatives');
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    await app.restart();
  });
});

describe('mail scanners', () => {
  const scans: [string, Record<string, string>, string][] = [
    ['a POST dressed as a browser, without the form’s hidden field', BROWSER, ''],
    ['a POST with a wrong field', BROWSER, 'intent=unsubscribe'],
    [
      'a POST that looks ahead (Sec-Purpose)',
      { ...BROWSER, 'Sec-Purpose': 'prefetch;prerender' },
      'intent=confirm',
    ],
    ['a program that looks ahead (Purpose)', { Purpose: 'prefetch' }, ''],
    ['Firefox that looks ahead', { ...BROWSER, 'X-Moz': 'prefetch' }, 'intent=confirm'],
  ];

  test.each(scans)('%s confirms nothing', async (name, headers, body) => {
    const email = `scan-${scans.findIndex(([title]) => title === name)}@example.org`;
    const path = await confirmPath(email, 'en');
    const scanned = await app.http().post(path).set(headers).type('form').send(body);
    expect(scanned.status).toBe(200);
    expect(await contactsOf(email)).toBe(0);
    const meant = await app.http().post(path).set(BROWSER).type('form').send('intent=confirm');
    expect(meant.text).toContain('Your consent has been recorded');
    expect(await contactsOf(email)).toBe(1);
  });

  test('… and unsubscribes nobody, while RFC 8058 in both of its encodings does', async () => {
    for (const [email, send] of [
      ['one-click-1@example.org', (request: any) => request.type('form').send('List-Unsubscribe=One-Click')],
      ['one-click-2@example.org', (request: any) => request.field('List-Unsubscribe', 'One-Click')],
    ] as const) {
      await app.http().post(await confirmPath(email, 'en'));
      await app.drain();
      const welcome = app.mailbox.messages.at(-1);
      const header = welcome?.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line ?? '';
      const leave = new URL(/<([^>]+)>/.exec(header)?.[1] ?? '').pathname;
      const state = async () =>
        (
          await app.strapi.plugin('gdpr').service<any>('processing').check({
            email,
            purpose: 'newsletter',
          })
        ).allowed;
      for (const method of ['get', 'head'] as const) await app.http()[method](leave).set(BROWSER);
      await app.http().post(leave).set(BROWSER).type('form').send('');
      await app.http().post(leave).set('Sec-Purpose', 'prefetch');
      expect(await state()).toBe(true);
      expect((await send(app.http().post(leave).set(BROWSER))).status).toBe(200);
      expect(await state()).toBe(false);
    }
  });
});

test('a colour that cannot be read stops the boot, and says which can', async () => {
  expect(await failureOf(app.restart({ PUBLIC_PAGES_COLOR: '#ffcc00' }))).toMatch(
    /gdpr\.config\.publicPages\.color: #ffcc00 has a contrast of 1\.\d:1 .* nearest colour that has it is #/,
  );
  expect(await failureOf(app.restart({ PUBLIC_PAGES_LOGO: 'javascript:alert(1)' }))).toContain(
    'publicPages.logo',
  );
  await app.restart({ PUBLIC_PAGES_COLOR: '', PUBLIC_PAGES_LOGO: '' });
});
