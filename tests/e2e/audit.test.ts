import { execFileSync } from 'node:child_process';
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
const READ = 'plugin::gdpr.audit.read';
const EVERYTHING = [
  READ,
  'plugin::gdpr.audit.values',
  'plugin::gdpr.audit.verify',
  'plugin::gdpr.audit.export',
  'plugin::gdpr.personal-data.read',
];
const people = [
  { firstName: 'Ada', lastName: 'Lovelace', email: 'ada.lovelace@example.com', phone: '+49 30 1234567' },
  { firstName: 'Charles', lastName: 'Babbage', email: 'charles.babbage@example.com' },
  { firstName: 'Mary', lastName: 'Somerville', email: 'mary.somerville@example.com' },
];
const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-e2e-'));

let app: TestStrapi;
let browser: Browser;
let origin: string;
let documentId = '';

jest.setTimeout(300_000);

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  build(['plugin', 'server', 'admin']);
  app = await startStrapi({ serveAdminPanel: true });
  const address = app.strapi.server.httpServer.address();
  origin = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
  for (const data of people) {
    const contact = await (app.strapi.documents(CONTACT as never) as any).create({ data });
    if (documentId === '') documentId = contact.documentId;
  }
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Signs somebody in whose role may edit contacts, and has these rights besides. */
async function signIn(name: string, actions: readonly string[]): Promise<[BrowserContext, Page]> {
  const roles = app.strapi.service('admin::role') as any;
  const role = await roles.create({ name: `Role of ${name}`, description: '' });
  const { attributes } = app.strapi.contentType(CONTACT as never) as any;
  await roles.assignPermissions(role.id, [
    ...['read', 'update'].map((action) => ({
      action: `plugin::content-manager.explorer.${action}`,
      subject: CONTACT,
      properties: { fields: Object.keys(attributes) },
      conditions: [],
    })),
    ...actions.map((action) => ({ action, subject: null, properties: {}, conditions: [] })),
  ]);
  const email = `${name.toLowerCase()}@example.org`;
  await (app.strapi.service('admin::user') as any).create({
    email,
    firstname: name,
    lastname: 'Hopper',
    password: PASSWORD,
    isActive: true,
    roles: [role.id],
  });
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(`${origin}/admin`);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Login' }).click();
  await page.waitForURL((url) => !url.pathname.includes('/auth/'));
  return [context, page];
}

const list = (): string => `${origin}/admin/content-manager/collection-types/${CONTACT}`;
const trail = (): string => `${origin}/admin/plugins/gdpr/audit`;
const audit = (): any => app.strapi.plugin('gdpr').service<any>('audit').of();

/** Takes the picture in the light and in the dark, from top to bottom. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(800);
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
  }
}

test('what somebody did with contacts stands in the trail in words, is found, proven and exported', async () => {
  const [context, page] = await signIn('Grace', EVERYTHING);
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));

  // She opens the list, then a contact, and changes its phone number.
  await page.goto(list());
  await page.getByText('ada.lovelace@example.com', { exact: true }).first().click({ timeout: 60_000 });
  await page.locator('input[name=phone]').fill('+49 30 7654321', { timeout: 30_000 });
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await saved).status()).toBe(200);
  await audit().sealer.run({ now: true });

  // The menu leads to the page.
  await page.getByRole('link', { name: 'Data protection' }).click();
  await page.getByRole('heading', { name: 'Audit trail', level: 1 }).waitFor({ timeout: 30_000 });
  const opened = page.getByRole('link', { name: 'Grace Hopper opened 3 contacts in the content manager' });
  await opened.first().waitFor({ timeout: 30_000 });
  const changed = page.getByRole('link', { name: 'Grace Hopper changed phone of a contact' });
  await changed.waitFor();
  await picture(page, 'audit-trail');

  // By the person: the address is asked for and stands in no URL.
  await page.getByLabel('Person').fill('charles.babbage@example.com');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.waitForURL((url) => url.searchParams.has('person'));
  await changed.waitFor({ state: 'hidden' });
  await opened.first().waitFor();
  expect(await changed.count()).toBe(0);
  expect(urls.filter((url) => /babbage|%40|@example/i.test(url))).toEqual([]);
  await picture(page, 'audit-person');
  await page.getByRole('button', { name: 'Clear filters' }).click();

  await page.getByLabel('Person').fill('nobody@example.com');
  await page.getByLabel('Person').press('Enter');
  await page.getByText('Nobody with this address is known here.').waitFor();

  // By the action, and by who it was.
  await page.getByRole('combobox', { name: 'What' }).click();
  await page.getByRole('option', { name: 'Changed', exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get('action') === 'update');
  await page.getByRole('combobox', { name: 'Who' }).click();
  await page.getByRole('option', { name: 'Grace Hopper' }).click();
  await page.waitForURL((url) => url.searchParams.get('actor')?.startsWith('admin:') === true);
  await opened.first().waitFor({ state: 'hidden' });
  await changed.waitFor();

  // The change itself, with its values, which are shown on demand.
  await changed.click();
  await page.getByRole('heading', { name: 'Old and new values' }).waitFor({ timeout: 30_000 });
  expect(await page.getByText('+49 30 1234567').count()).toBe(0);
  await page.getByRole('button', { name: 'Show old and new values' }).click();
  await page.getByText('+49 30 1234567').waitFor();
  await page.getByText('+49 30 7654321').waitFor();
  await page.getByRole('button', { name: 'Verify this entry' }).click();
  await page.getByText(/Intact: this entry is in the signed tree of \d+ entries/).waitFor();
  await picture(page, 'audit-entry');
  expect(await page.getByRole('link', { name: documentId }).getAttribute('href')).toBe(
    `/admin/content-manager/collection-types/${CONTACT}/${documentId}`,
  );
  // Back to the list as it was left.
  await page.getByRole('link', { name: 'Back' }).click();
  await page.waitForURL((url) => url.searchParams.get('action') === 'update');

  // That she looked at the values, and looked for persons, is in the trail as well.
  await audit().sealer.run({ now: true });
  await page.goto(trail());
  await page
    .getByText('Grace Hopper looked at the old and new values of a change')
    .waitFor({ timeout: 30_000 });
  await page.getByText('Grace Hopper looked for a person in the audit trail').first().waitFor();

  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText(/Intact: \d+ entries verified/).waitFor({ timeout: 30_000 });
  await picture(page, 'audit-verified');

  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByText('That you export it is recorded in the trail itself.').waitFor();
  await picture(page, 'audit-export');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export and record' }).click();
  const archive = path.join(directory, 'trail.tar.gz');
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^audit-trail-\d+\.tar\.gz$/);
  await download.saveAs(archive);
  execFileSync('tar', ['-xzf', archive, '-C', directory]);
  expect(readFileSync(path.join(directory, 'entries.jsonl'), 'utf8')).not.toMatch(/Lovelace|7654321/);
  const verified = execFileSync(
    process.execPath,
    [path.join(ROOT, 'plugins/gdpr/bin/strapi-gdpr.js'), 'audit', 'verify', '--dir', directory],
    { encoding: 'utf8' },
  );
  expect(verified).toMatch(/^Intact: \d+ entries/m);

  // Beside the record: who has seen it, and the way to all of it.
  await page.goto(`${list()}/${documentId}`);
  await page.getByRole('heading', { name: 'Who has seen this' }).waitFor({ timeout: 30_000 });
  await page.getByText('Grace Hopper changed phone of this record in the content manager').waitFor();
  await page
    .getByText('Grace Hopper opened this record and 2 others in the content manager')
    .first()
    .waitFor();
  await picture(page, 'audit-panel');
  await page.getByRole('link', { name: 'Show all in the audit trail' }).click();
  await page.waitForURL((url) => url.searchParams.get('document') === documentId);
  await changed.waitFor({ timeout: 30_000 });
  await context.close();
});

test('without the permission there is neither link nor page nor panel', async () => {
  const [context, page] = await signIn('Mallory', ['plugin::gdpr.personal-data.read']);
  await page.goto(`${list()}/${documentId}`);
  await page.locator('input[name=lastName]').waitFor({ timeout: 60_000 });
  await page.getByText('You see this record’s personal data in clear').waitFor();
  expect(await page.getByRole('heading', { name: 'Who has seen this' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Data protection' }).count()).toBe(0);
  await page.goto(trail());
  await page.getByText("You don't have the permissions to access that content").waitFor({ timeout: 30_000 });
  await context.close();
});

test('who may only read the trail sees no values, and neither verifies nor exports', async () => {
  const [context, page] = await signIn('Olive', [READ]);
  await page.goto(`${trail()}?action=update`);
  await page
    .getByRole('link', { name: 'Grace Hopper changed phone of a contact' })
    .click({ timeout: 60_000 });
  await page.getByText('To see them you need the permissions').waitFor();
  expect(await page.getByRole('button', { name: 'Show old and new values' }).count()).toBe(0);
  await page.goto(trail());
  await page.getByRole('heading', { name: 'Audit trail', level: 1 }).waitFor({ timeout: 30_000 });
  await page
    .getByRole('link', { name: /Hopper opened/ })
    .first()
    .waitFor({ timeout: 30_000 });
  expect(await page.getByRole('button', { name: 'Verify now' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Export' }).count()).toBe(0);

  // A stranger was refused.
  expect((await app.http().get('/api/gdpr/contacts')).status).toBe(403);
  await audit().sealer.run({ now: true });
  await page.goto(`${trail()}?action=denied`);
  await page
    .getByText('Somebody without an account was refused access to contacts over the REST API')
    .waitFor({ timeout: 30_000 });

  // Nothing matches: the page says what would stand here.
  await page.goto(`${trail()}?action=prune`);
  await page.getByText('No entry matches these filters').waitFor({ timeout: 30_000 });
  await picture(page, 'audit-empty');

  // The server does not answer: the page says so, and comes back by one click.
  await page.route('**/gdpr/audit/entries*', (route) => route.abort());
  await page.goto(trail());
  await page
    .getByText(/This could not be loaded/)
    .first()
    .waitFor({ timeout: 30_000 });
  await picture(page, 'audit-error');
  await page.unroute('**/gdpr/audit/entries*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page
    .getByRole('link', { name: /Hopper opened/ })
    .first()
    .waitFor({ timeout: 30_000 });

  // In German, by the account's own setting.
  await page.evaluate(`localStorage.setItem('strapi-admin-language', 'de')`);
  await page.goto(`${trail()}?action=update`);
  const inGerman = page.getByText('Grace Hopper hat im Content-Manager einen Kontakt geändert: phone');
  await inGerman.waitFor({ timeout: 30_000 });
  await picture(page, 'audit-german');
  await context.close();
});

test('a trail that was edited behind the system is told, and where', async () => {
  const [context, page] = await signIn('Vera', EVERYTHING);
  const { knex } = app;
  const triggers = await knex('sqlite_master').where({ type: 'trigger', tbl_name: 'gdpr_audit_log' });
  for (const { name } of triggers) await knex.raw('DROP TRIGGER ??', [name]);
  const { entry } = await knex('gdpr_audit_log').where({ idx: 3 }).first('entry');
  await knex('gdpr_audit_log')
    .where({ idx: 3 })
    .update({ entry: entry.replace('"v":1', '"v":1 ') });

  await page.goto(trail());
  await page.getByRole('button', { name: 'Verify now' }).click({ timeout: 60_000 });
  await page.getByText('NOT intact: the trail was changed after it was sealed').waitFor({ timeout: 30_000 });
  await page.getByText(/entry 3 was changed/).waitFor();
  await picture(page, 'audit-broken');
  await page.goto(`${trail()}/3`);
  await page.getByRole('button', { name: 'Verify this entry' }).click({ timeout: 30_000 });
  await page.getByText('NOT intact: what is stored is not what was sealed.').waitFor();
  await context.close();
});
