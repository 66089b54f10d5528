import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { build } from '../../scripts/build.mjs';
import { launchBrowser } from '../support/browser';
import { CONTACT, ROOT, startStrapi, type TestStrapi } from '../support/strapi';

const SCREENSHOTS = path.join(__dirname, 'screenshots');
const PASSWORD = `${randomBytes(12).toString('base64url')}aZ7`;
const folder = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-e2e-'));
const LANGUAGES = ['fr', 'es'] as const;
type Language = (typeof LANGUAGES)[number];
const texts = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(path.join(ROOT, `plugins/gdpr/admin/src/translations/${language}.json`), 'utf8'));

let app: TestStrapi;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let origin: string;
const at: Record<string, number> = {};

jest.setTimeout(300_000);
const audit = (): any => app.strapi.plugin('gdpr').service<any>('audit').of();
const vault = (): any => app.strapi.plugin('gdpr').service<any>('vault').of();
const contacts = (): any => app.strapi.documents(CONTACT as never);

/** Where the last entry of this action is. */
async function last(action: string): Promise<number> {
  await audit().sealer.complete();
  return (await audit().trail.find({ action, limit: 1 })).entries[0].index;
}

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  build(['plugin', 'server', 'admin']);
  app = await startStrapi({
    serveAdminPanel: true,
    env: {
      GDPR_AUDIT_WITNESS_FILE: path.join(folder, 'witness'),
      // Nobody listens there.
      GDPR_AUDIT_WITNESS_URL: 'http://127.0.0.1:50999/checkpoints',
      GDPR_AUDIT_WITNESS_MAIL: 'dpo@example.org',
    },
  });
  const address = app.strapi.server.httpServer.address();
  origin = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;

  const person = (email: string): Promise<any> =>
    contacts().create({ data: { email, firstName: 'Ada', lastName: 'Lovelace', notes: 'A note' } });
  const pruned = await person('pruned@example.com');
  await contacts().update({ documentId: pruned.documentId, data: { notes: 'Another note' } });
  at['pruned values'] = await last('update');
  // A whole tile, so that entries can be pruned, too.
  await audit().recorder.writer.commit(
    Array.from({ length: 260 }, (_, n) => ({
      entry: { v: 1, id: `${n}-x`, time: 1_000 + n, action: 'read', actor: 'system', source: 'code' },
    })),
  );
  await audit().sealer.complete();
  at['pruned entry'] = 200;
  await audit().prune({ what: 'payloads', before: Date.now() + 1 });
  await audit().prune({ what: 'entries', before: 1_000_000 });
  const erased = await person('erased@example.com');
  await contacts().update({ documentId: erased.documentId, data: { notes: 'Another note' } });
  at['erased values'] = await last('update');
  const { entries } = await audit().trail.find({ action: 'update', limit: 1 });
  const subject = entries[0].records[0].records[0].person;
  await vault().keys.destroyOf(subject);
  const kept = await person('kept@example.com');
  await contacts().update({ documentId: kept.documentId, data: { notes: 'Kept note' } });
  at['values'] = await last('update');

  const { recorder } = audit();
  for (const [operation, type, records] of [
    ['seal-finished', CONTACT, 12_000],
    ['unseal-started', CONTACT, 3],
    ['keys-exported', undefined, undefined],
  ])
    await recorder.record({
      action: 'key',
      details: { operation, ...(type === undefined ? {} : { type, records }) } as never,
    });
  for (const change of ['delete', 'create'])
    await recorder.record({ action: 'transfer', details: { type: CONTACT, change, count: 1_200 } });
  await recorder.record({ action: 'read', records: [{ type: CONTACT, ids: '' }], details: { masked: true } });
  expect((await app.http().get('/api/gdpr/contacts')).status).toBe(403);
  await audit().sealer.complete();
  await app.drain();

  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1360, height: 1500 } });
  page = await context.newPage();
  await (app.strapi.service('admin::user') as any).create({
    email: 'grace@example.org',
    firstname: 'Grace',
    lastname: 'Hopper',
    password: PASSWORD,
    isActive: true,
    roles: [(await app.strapi.db.query('admin::role').findOne({ where: { code: 'strapi-super-admin' } })).id],
  });
  await page.goto(`${origin}/admin`);
  await page.locator('input[name=email]').fill('grace@example.org');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Login' }).click();
  await page.waitForURL((url) => !url.pathname.includes('/auth/'));
}, 300_000);
afterAll(async () => {
  await browser.close();
  for (const name of ['FILE', 'URL', 'MAIL']) process.env[`GDPR_AUDIT_WITNESS_${name}`] = '';
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

const speak = (language: string): Promise<unknown> =>
  page.evaluate(`localStorage.setItem('strapi-admin-language', '${language}')`);
const trail = (): string => `${origin}/admin/plugins/gdpr/audit`;

async function picture(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(800);
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
  }
}

/** What the page says must be in the language, fit into it, and be no key of a text. */
async function expectSpoken(language: Language): Promise<void> {
  const said = await page.locator('main').innerText();
  expect(said).not.toMatch(/audit\.[a-z]+(\.|$)|gdpr\.|\{[a-z]+[,}]/i);
  const [english, own] = [texts('en'), texts(language)];
  const left = Object.entries(english).filter(
    ([key, text]) => key.startsWith('audit.') && text.length > 12 && text !== own[key] && said.includes(text),
  );
  expect(left).toEqual([]);
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

describe.each(LANGUAGES)('in %s', (language) => {
  const own = texts(language);

  test('the list, with witnesses that have it, fail, and are written to', async () => {
    await speak(language);
    await page.goto(trail());
    await page.getByRole('heading', { name: own['audit.title'], level: 1 }).waitFor({ timeout: 60_000 });
    await page.getByText('127.0.0.1:50999').first().waitFor({ timeout: 30_000 });
    await page.getByRole('listitem').filter({ hasText: '1' }).first().waitFor();
    await expectSpoken(language);
    await picture(`audit-list-${language}`);
    await page.getByRole('button', { name: own['audit.verify'] }).click();
    await page.waitForTimeout(4_000);
    await expectSpoken(language);
    await page.getByRole('button', { name: own['audit.export'], exact: true }).click();
    await page.getByText(String(own['audit.export.recorded'])).waitFor();
    await picture(`audit-export-${language}`);
    await page.keyboard.press('Escape');
  });

  test.each([
    ['values', 'audit.values.before'],
    ['pruned values', 'audit.values.pruned'],
    ['erased values', 'audit.values.erased'],
  ])('an entry with %s', async (name, key) => {
    await speak(language);
    await page.goto(`${trail()}/${String(at[name])}`);
    await page.getByRole('button', { name: own['audit.values.show'] }).click({ timeout: 60_000 });
    await page.getByText(String(own[key])).first().waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: own['audit.proof.verify'] }).click();
    await page.waitForTimeout(1_000);
    await expectSpoken(language);
    await picture(`audit-${name.replace(' ', '-')}-${language}`);
  });

  test('an entry that was pruned', async () => {
    await speak(language);
    await page.goto(`${trail()}/${String(at['pruned entry'])}`);
    await page.getByText(String(own['audit.pruned.title'])).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: own['audit.proof.verify'] }).click();
    await page.waitForTimeout(1_000);
    await expectSpoken(language);
    await picture(`audit-pruned-entry-${language}`);
  });
});
