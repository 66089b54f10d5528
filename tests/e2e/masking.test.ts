import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { build } from '../../scripts/build.mjs';
import { launchBrowser } from '../support/browser';
import { CONTACT, startStrapi, type TestStrapi } from '../support/strapi';

const SCREENSHOTS = path.join(__dirname, 'screenshots');
const PASSWORD = `${randomBytes(12).toString('base64url')}aZ7`;
const person = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada.lovelace@example.com',
  phone: '+49 30 1234567',
  dateOfBirth: '1815-12-10',
  notes: 'Prefers letters',
  company: 'Engines Ltd',
};

let app: TestStrapi;
let browser: Browser;
let origin: string;
let documentId: string;

jest.setTimeout(300_000);

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  build(['plugin', 'server', 'admin']);
  app = await startStrapi({ serveAdminPanel: true });
  const address = app.strapi.server.httpServer.address();
  origin = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
  documentId = (await (app.strapi.documents(CONTACT as never) as any).create({ data: person })).documentId;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

/** Signs somebody in whose role may edit contacts, and has these rights to personal data. */
async function signIn(name: string, actions: readonly string[]): Promise<[BrowserContext, Page]> {
  const roles = app.strapi.service('admin::role') as any;
  const role = await roles.create({ name, description: '' });
  const { attributes } = app.strapi.contentType(CONTACT as never) as any;
  await roles.assignPermissions(role.id, [
    ...['read', 'update', 'create'].map((action) => ({
      action: `plugin::content-manager.explorer.${action}`,
      subject: CONTACT,
      properties: { fields: Object.keys(attributes) },
      conditions: [],
    })),
    ...actions.map((action) => ({ action, subject: null, properties: {}, conditions: [] })),
  ]);
  const email = `${name}@example.org`;
  await (app.strapi.service('admin::user') as any).create({
    email,
    firstname: name,
    lastname: 'Test',
    password: PASSWORD,
    isActive: true,
    roles: [role.id],
  });
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${origin}/admin`);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Login' }).click();
  await page.waitForURL((url) => !url.pathname.includes('/auth/'));
  return [context, page];
}

const list = () => `${origin}/admin/content-manager/collection-types/${CONTACT}`;

/** Takes the picture in the light and in the dark. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(800);
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
  }
}

const stored = () => (app.strapi.documents(CONTACT as never) as any).findOne({ documentId });

test('an editor sees masks, saves the rest, and has the record shown for a reason', async () => {
  const seen: any[] = [];
  app.strapi
    .plugin('gdpr')
    .service<any>('vault')
    .of()
    .listen({ onUnmask: (event: any) => void seen.push(event) });
  const [context, page] = await signIn('editor', ['plugin::gdpr.personal-data.unmask']);
  await page.goto(list());
  await page.getByText('a***@e***.com', { exact: true }).first().waitFor({ timeout: 60_000 });
  expect(await page.getByText('Lovelace').count()).toBe(0);
  await picture(page, 'masked-list');

  await page.getByText('a***@e***.com', { exact: true }).first().click();
  const lastName = page.locator('input[name=lastName]');
  await lastName.waitFor({ timeout: 30_000 });
  expect(await lastName.inputValue()).toBe('L***');
  expect(await lastName.isDisabled()).toBe(true);
  expect(await page.locator('input[name=company]').isDisabled()).toBe(false);
  await page.getByText('Personal data is masked for you').waitFor();
  await picture(page, 'masked-record');

  await page.locator('input[name=company]').fill('Analytical Engines');
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await saved).status()).toBe(200);
  expect(await stored()).toMatchObject({ ...person, company: 'Analytical Engines' });

  await page.getByRole('button', { name: 'Show personal data' }).click();
  const confirm = page.getByRole('button', { name: 'Show for one minute' });
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel('Reason').fill('Ticket 4711');
  await picture(page, 'unmask-dialog');
  await confirm.click();
  await page.getByText('Lovelace', { exact: true }).waitFor();
  await page.getByText('December 10, 1815').waitFor();
  await picture(page, 'unmasked-record');
  expect(seen).toEqual([expect.objectContaining({ uid: CONTACT, documentId, reason: 'Ticket 4711' })]);
  // What is shown beside the form is not in it.
  expect(await lastName.inputValue()).toBe('L***');
  expect(await page.getByRole('button', { name: 'Copy Email' }).count()).toBe(1);

  await page.getByRole('button', { name: 'Hide' }).click();
  await page.getByRole('button', { name: 'Show personal data' }).waitFor();
  expect(await page.getByText('Lovelace').count()).toBe(0);
  await context.close();
});

test('unmasked values go away by themselves after a minute', async () => {
  const [context, page] = await signIn('patient', ['plugin::gdpr.personal-data.unmask']);
  await page.clock.install();
  await page.goto(`${list()}/${documentId}`);
  await page.getByRole('button', { name: 'Show personal data' }).click({ timeout: 60_000 });
  await page.getByLabel('Reason').fill('Ticket 4712');
  await page.getByRole('button', { name: 'Show for one minute' }).click();
  await page.getByText('Lovelace', { exact: true }).waitFor();
  await page.clock.fastForward(61_000);
  await page.getByRole('button', { name: 'Show personal data' }).waitFor();
  expect(await page.getByText('Lovelace').count()).toBe(0);
  await context.close();
});

test('without the right to unmask there is no way to it, and a new contact can be written', async () => {
  const [context, page] = await signIn('junior', []);
  await page.goto(`${list()}/${documentId}`);
  await page.getByText('Personal data is masked for you').waitFor({ timeout: 60_000 });
  expect(await page.getByRole('button', { name: 'Show personal data' }).count()).toBe(0);

  await page.goto(`${list()}/create`);
  await page.locator('input[name=email]').fill('charles@example.com', { timeout: 30_000 });
  const created = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().includes(CONTACT),
  );
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await created).status()).toBe(201);
  // From here on the form is that of a record, and masked.
  await page.waitForURL((url) => !url.pathname.endsWith('/create'));
  await page.locator('input[name=email]:disabled').waitFor();
  expect(await page.locator('input[name=email]').inputValue()).toBe('c***@e***.com');
  await page.locator('input[name=company]').fill('Difference Ltd');
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await saved).status()).toBe(200);
  const [contact] = await app.strapi.db.query(CONTACT).findMany({ where: { company: 'Difference Ltd' } });
  expect(contact.email).toBe('charles@example.com');
  await context.close();
});

test('whoever has the permission sees and edits plain values', async () => {
  const [context, page] = await signIn('clerk', ['plugin::gdpr.personal-data.read']);
  await page.goto(`${list()}/${documentId}`);
  const lastName = page.locator('input[name=lastName]');
  await lastName.waitFor({ timeout: 60_000 });
  expect(await lastName.inputValue()).toBe('Lovelace');
  expect(await lastName.isDisabled()).toBe(false);
  await page.getByText('You see this record’s personal data in clear').waitFor();
  await picture(page, 'clear-record');
  await context.close();
});
