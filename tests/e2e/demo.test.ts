import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { launchBrowser } from '../support/browser';

const ROOT = path.resolve(__dirname, '../..');
const SCREENSHOTS = path.join(__dirname, 'screenshots');
const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-crm-e2e-'));

let demo: ChildProcess;
let browser: Browser;
let admin: string;
let mailbox: string;
let password: string;

jest.setTimeout(300_000);

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  demo = spawn(process.execPath, ['scripts/demo.mjs'], {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_ENV: '',
      DATABASE_CLIENT: 'sqlite',
      DATABASE_FILENAME: path.join(directory, 'demo.db'),
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [demo.stdout, demo.stderr])
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  await new Promise<void>((resolve, reject) => {
    demo.stdout?.on('data', () => {
      if (output.includes('curl -X POST')) resolve();
    });
    demo.once('exit', () => reject(new Error(output)));
  });
  const printed = (label: string): string => new RegExp(`${label}\\s+(\\S+)`).exec(output)?.[1] ?? '';
  admin = printed('Admin panel');
  mailbox = printed('Mailbox');
  password = printed('Password');
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  demo.kill('SIGINT');
  await ended;
  rmSync(directory, { recursive: true, force: true });
});

/** Takes the picture in the light and in the dark. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
  }
}

/** Opens the newest mail's link, as its reader would. */
async function openLinkOfNewestMail(context: BrowserContext, subject: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(mailbox);
  const mail = page.locator('article').first();
  await mail.getByRole('heading', { name: subject }).waitFor({ timeout: 15_000 });
  await mail.getByRole('link').first().click();
  return page;
}

test('subscribe by a form without JavaScript, confirm from the mail, unsubscribe from the next', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'de-DE' });
  const form = await context.newPage();
  await form.setContent(`<form method="post" action="${new URL('/api/gdpr/subscriptions', admin).href}">
    <input name="email" value="ada@example.org"><input name="firstName" value="Ada"><input name="lastName" value="Lovelace">
    <input type="hidden" name="purposes" value="newsletter"><button>Go</button></form>`);
  await form.getByRole('button').click();
  await form.getByRole('heading', { name: 'Bitte sehen Sie in Ihr Postfach' }).waitFor();

  const confirm = await openLinkOfNewestMail(context, 'Bitte bestätigen Sie Ihre Anmeldung');
  await confirm.getByRole('heading', { name: 'Anmeldung bestätigen' }).waitFor();
  await picture(confirm, 'confirm');
  await confirm.getByRole('button', { name: 'Bestätigen' }).click();
  await confirm.getByRole('heading', { name: 'Bestätigt' }).waitFor();

  const leave = await openLinkOfNewestMail(context, 'Ihre Anmeldung ist bestätigt');
  await leave.getByRole('button', { name: 'Abmelden' }).click();
  await leave.getByRole('heading', { name: 'Abgemeldet' }).waitFor();
  await context.close();
});

test('the contact is in the content manager in clear, found by name, and nowhere in the database’s files', async () => {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  const page = await context.newPage();
  await page.goto(admin);
  await page.locator('input[name=email]').fill('admin@example.org');
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button', { name: 'Login' }).click();
  await page.waitForURL((url) => !url.pathname.includes('/auth/'));

  await page.goto(new URL('/admin/content-manager/collection-types/plugin::gdpr.contact', admin).href);
  await page.getByText('ada@example.org', { exact: true }).first().waitFor({ timeout: 30_000 });
  await picture(page, 'contacts');
  await page.goto(
    new URL('/admin/content-manager/collection-types/plugin::gdpr.contact?_q=lovel', admin).href,
  );
  await page.getByText('1 entry found').waitFor({ timeout: 30_000 });
  await page.getByText('ada@example.org', { exact: true }).first().click();
  await page.locator('input[name=lastName]').waitFor({ timeout: 30_000 });
  expect(await page.locator('input[name=lastName]').inputValue()).toBe('Lovelace');
  await picture(page, 'contact');

  // An editor adds a phone number and saves.
  await page.locator('input[name=phone]').fill('+44 20 7946 0958');
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await saved).status()).toBe(200);
  await context.close();

  const bytes = readdirSync(directory)
    .map((file) => readFileSync(path.join(directory, file), 'latin1'))
    .join('');
  expect(bytes).toContain('gdpr_contacts');
  for (const marker of ['ada@example.org', 'Lovelace', '7946 0958', 'amelie.moreau'])
    expect(bytes).not.toContain(marker);
});
