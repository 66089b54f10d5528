import { mkdirSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { build } from '../../scripts/build.mjs';
import { faultsOf } from '../support/accessibility';
import { launchBrowser } from '../support/browser';
import { allowed, BROWSER, createPurpose, ledgerOf, linkTo, mailsTo, subscribed } from '../support/consent';
import { startStrapi, type TestStrapi } from '../support/strapi';

const SCREENSHOTS = path.join(__dirname, 'screenshots');
const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

let app: TestStrapi;
let browser: Browser;
let origin: string;

jest.setTimeout(300_000);

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  build(['plugin', 'server']);
  app = await startStrapi();
  origin = `http://127.0.0.1:${String((app.strapi.server.httpServer.address() as AddressInfo).port)}`;
  app.strapi.config.set('plugin::gdpr.publicUrl', origin);
  app.strapi.config.set('plugin::gdpr.controller', {
    name: 'Analytical Engines Ltd',
    privacyPolicyUrl: `${origin}/privacy`,
  });
  app.strapi.config.set('plugin::gdpr.consent', { channels: ['email', 'sms', 'post'] });
  await createPurpose(app, 'surveys', { doubleOptIn: false });
  await createPurpose(app, 'advertising', { soldOrShared: true });
  await createPurpose(app, 'games', { askAge: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${colorScheme}.png`), fullPage: true });
  }
}

const withoutScripts = (locale: string): Promise<BrowserContext> =>
  browser.newContext({ javaScriptEnabled: false, locale });

test('form, mail, confirm, change of mind, unsubscribe, and the gate says no: without JavaScript, in German', async () => {
  const email = 'grete@example.org';
  const context = await withoutScripts('de-DE');
  const page = await context.newPage();
  await page.goto(`${origin}/api/gdpr/subscriptions/form?purposes=newsletter,surveys`);
  await picture(page, 'consent-form');
  // Nothing is ticked: the browser itself says what is missing of what the form requires.
  await page.getByLabel('E-Mail-Adresse').fill(email);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByText('Kreuzen Sie mindestens ein Kästchen an.').waitFor();
  await page.getByLabel('Newsletter').check();
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByRole('heading', { name: 'Bitte sehen Sie in Ihr Postfach' }).waitFor();
  await app.drain();
  expect(await allowed(app, email)).toBe(false);

  await page.goto(origin + linkTo(app, email, 'subscriptions/confirm'));
  // The style sheet has passed the page's own content security policy.
  const button = page.getByRole('button', { name: 'Bestätigen' });
  expect((await button.boundingBox())?.width).toBeGreaterThan(200);
  await button.click();
  await page.getByRole('heading', { name: 'Bestätigt' }).waitFor();
  expect(await allowed(app, email)).toBe(true);
  await app.drain();

  await page.goto(origin + linkTo(app, email, 'preferences'));
  await page.getByLabel('Das surveys').check();
  await page.getByRole('button', { name: 'Einstellungen speichern' }).click();
  await page.getByText('Ihre Einstellungen sind gespeichert.').waitFor();
  await picture(page, 'consent-preferences');
  expect(await allowed(app, email, 'surveys')).toBe(true);

  await page.goto(origin + linkTo(app, email, 'unsubscribe'));
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByRole('heading', { name: 'Abgemeldet' }).waitFor();
  expect(await allowed(app, email)).toBe(false);
  expect(await allowed(app, email, 'surveys')).toBe(true);

  await page.goto(origin + linkTo(app, email, 'preferences'));
  await page.getByRole('button', { name: 'Alles widerrufen' }).click();
  await page.getByText('Ihre Einstellungen sind gespeichert.').waitFor();
  expect(await allowed(app, email, 'surveys')).toBe(false);
  expect(
    (await ledgerOf(app, email)).map(({ event, purpose, method }) => `${event} ${purpose} ${method}`),
  ).toEqual([
    'granted newsletter double-opt-in',
    'confirmed newsletter double-opt-in',
    'granted surveys preference-centre',
    'withdrawn newsletter page',
    'withdrawn surveys preference-centre',
  ]);
  await context.close();
});

test('a child asks, and waits for its guardian', async () => {
  const email = 'kid@example.org';
  const context = await withoutScripts('en-GB');
  const page = await context.newPage();
  await page.goto(`${origin}/api/gdpr/subscriptions/form?purposes=games&country=AT`);
  await page.getByLabel('E-mail address', { exact: true }).fill(email);
  await page.getByLabel('The games').check();
  await page.getByLabel('I am younger than 14').check();
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByText('Enter the e-mail address of a parent or guardian').waitFor();
  await picture(page, 'consent-form-faults');
  await page.getByLabel('E-mail address of a parent or guardian').fill('parent@example.org');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await app.drain();
  await page.goto(origin + linkTo(app, email, 'subscriptions/confirm'));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Thank you, one step is left' }).waitFor();
  await app.drain();
  expect(await allowed(app, email, 'games')).toBe(false);
  await page.goto(origin + linkTo(app, 'parent@example.org', 'subscriptions/confirm'));
  await picture(page, 'consent-guardian');
  await page.getByRole('button', { name: 'Consent' }).click();
  await page.getByRole('heading', { name: 'Consent recorded' }).waitFor();
  expect(await allowed(app, email, 'games')).toBe(true);
  await context.close();
});

test('on another site the copied form works without the script, and with it without leaving the page', async () => {
  const snippet = (await app.http().get('/api/gdpr/subscriptions/snippet?purposes=newsletter&lang=fr')).text;
  const script = `<script src="${origin}/api/gdpr/subscriptions/form.js" defer></script>`;
  const loader = `<div data-gdpr-src="${origin}/api/gdpr/subscriptions/snippet?purposes=newsletter&amp;lang=es"></div>`;
  const pages: Record<string, string> = {
    '/plain': snippet,
    '/script': snippet + script,
    '/loader': loader + script,
  };
  const site = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="fr"><title>Shop</title><h1>Shop</h1>${pages[request.url ?? ''] ?? ''}`,
    );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const shop = `http://localhost:${String((site.address() as AddressInfo).port)}`;
  const fill = async (page: Page, email: string, names: readonly [string, string, string]): Promise<void> => {
    await page.getByLabel(names[0]).fill(email);
    await page.getByLabel(names[1]).check();
    await page.getByRole('button', { name: names[2] }).click();
  };
  const french = ['Adresse e-mail', 'Lettre d’information', 'S’inscrire'] as const;
  try {
    const plain = await (await withoutScripts('fr-FR')).newPage();
    await plain.goto(`${shop}/plain`);
    await fill(plain, 'plain@example.org', french);
    await plain.getByRole('heading', { name: 'Consultez votre boîte de réception' }).waitFor();
    expect(plain.url()).toContain(origin);

    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${shop}/script`);
    await fill(page, 'script@example.org', french);
    await page.getByRole('status').getByText('un e-mail est en route').waitFor();
    expect(page.url()).toBe(`${shop}/script`);
    await page.goto(`${shop}/loader`);
    await fill(page, 'loader@example.org', ['Dirección de correo electrónico', 'Boletín', 'Suscribirse']);
    await page.getByRole('status').getByText('un correo está en camino').waitFor();
    // What the script cannot deal with goes the ordinary way, where a page says what is wrong.
    await page.goto(`${shop}/script`);
    await page.evaluate(`document.querySelector('form').noValidate = true`);
    await fill(page, 'nonsense', french);
    await page.getByText('Saisissez une adresse e-mail').waitFor();
    expect(await context.cookies()).toEqual([]);
    await context.close();
  } finally {
    await new Promise((resolve) => site.close(resolve));
  }
  await app.drain();
  expect(mailsTo(app, 'plain@example.org')).toHaveLength(1);
  const forms = await Promise.all(
    ['script@example.org', 'loader@example.org'].map((email) => ledgerOf(app, email)),
  );
  expect(forms.map(([granted]) => granted.formUrl)).toEqual([
    `${shop}/script`,
    expect.stringContaining(shop),
  ]);
});

/** Every page that a data subject can come to, by what it answers. */
async function everyPage(language: string): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const email = `${language}@axe.example.org`;
  const lang = `lang=${language}`;
  const at = (address: string): string => `${address}${address.includes('?') ? '&' : '?'}${lang}`;
  const get = async (name: string, address: string, headers = {}): Promise<void> => {
    pages.set(
      name,
      (
        await app
          .http()
          .get(at(address))
          .set({ ...BROWSER, ...headers })
      ).text,
    );
  };
  const post = async (name: string, address: string, body: string): Promise<void> => {
    pages.set(name, (await app.http().post(at(address)).set(BROWSER).type('form').send(body)).text);
  };
  await get('form', '/api/gdpr/subscriptions/form');
  await get('form for nothing', '/api/gdpr/subscriptions/form?purposes=nothing');
  await post(
    'form with faults',
    '/api/gdpr/subscriptions',
    `email=x&underAge=true&shown=games:x&locale=${language}`,
  );
  await post('inbox', '/api/gdpr/subscriptions', `email=${email}&purposes=newsletter&locale=${language}`);
  await app.drain();
  const confirm = linkTo(app, email, 'subscriptions/confirm');
  await get('confirm', confirm);
  await post('confirmed', confirm, 'intent=confirm');
  await get('already confirmed', confirm);
  await app.drain();
  const leave = linkTo(app, email, 'unsubscribe');
  const preferences = linkTo(app, email, 'preferences');
  await get('preferences', preferences, { 'Sec-GPC': '1' });
  await post('preferences saved', preferences, 'intent=save&offered=surveys&purposes=surveys');
  await get('unsubscribe', leave);
  await post('unsubscribed', leave, 'intent=unsubscribe');
  await get('unknown link', '/api/gdpr/unsubscribe/nothing');
  await get('link form', '/api/gdpr/preferences');
  await post('link form with faults', '/api/gdpr/preferences', 'intent=link&email=x');
  await post('link sent', '/api/gdpr/preferences', `intent=link&email=${email}`);
  await post('nonsense', preferences, 'intent=save&language=xx');

  const late = `late-${email}`;
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email: late, purposes: ['newsletter'], locale: language });
  await app.drain();
  await app.knex('gdpr_opt_ins').where({ state: 'mailed' }).update({ expires_at: 1 });
  await get('expired', linkTo(app, late, 'subscriptions/confirm'));

  const kid = `kid-${email}`;
  const parent = `parent-${email}`;
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email: kid, purposes: ['games'], underAge: true, guardianEmail: parent, locale: language });
  await app.drain();
  await post('guardian asked', linkTo(app, kid, 'subscriptions/confirm'), 'intent=confirm');
  await app.drain();
  const guardian = linkTo(app, parent, 'subscriptions/confirm');
  await get('guardian', guardian);
  await post('guardian confirmed', guardian, 'intent=confirm');
  return pages;
}

test.each(LANGUAGES)(
  'axe-core finds nothing on any page in %s, light or dark, wide or narrow',
  async (language) => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const pages = await everyPage(language);
    expect(pages.size).toBe(20);
    const faults: string[] = [];
    for (const [name, markup] of pages) {
      expect(markup).toContain(`<html lang="${language}" dir="ltr">`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(
          colorScheme === 'light' ? { width: 1280, height: 900 } : { width: 320, height: 640 },
        );
        await page.setContent(markup);
        faults.push(...(await faultsOf(page)).map((fault) => `${name} (${colorScheme}): ${fault}`));
        // Nothing has to be scrolled sideways at 320 CSS pixels (WCAG 2.2, 1.4.10).
        const overflow = await page.evaluate<number>(
          'document.documentElement.scrollWidth - window.innerWidth',
        );
        if (overflow > 0) faults.push(`${name} (${colorScheme}): ${String(overflow)} px too wide`);
      }
    }
    expect(faults).toEqual([]);
    await context.close();
  },
);

test('everything on the preference centre is reached by keyboard, in the order in which it is read', async () => {
  await subscribed(app, 'keyboard@example.org');
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin + linkTo(app, 'keyboard@example.org', 'preferences'));
  const seen: string[] = [];
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate<string>(`(() => {
      const one = document.activeElement;
      if (one === null || one === document.body) return '';
      return one.tagName + ' ' + (one.getAttribute('value') ?? one.getAttribute('name') ?? one.textContent);
    })()`);
    if (name === '') break;
    seen.push(name.trim());
  }
  expect(seen.slice(0, 3)).toEqual(['INPUT newsletter', 'INPUT advertising', 'A The games']);
  expect(seen).toEqual(expect.arrayContaining(['SELECT language', 'BUTTON save', 'A Deutsch']));
  await context.close();
});
