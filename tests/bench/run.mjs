import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build } from '../../scripts/build.mjs';
import { ROOT } from '../../scripts/env.mjs';
import { addPlainTwin } from '../support/twin.mjs';

const require = createRequire(import.meta.url);
const here = path.join(ROOT, 'tests', 'bench');
const available = readdirSync(here)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.slice(0, -'.bench.mjs'.length));
const names = process.argv.slice(2);
const unknown = names.filter((name) => !existsSync(path.join(here, `${name}.bench.mjs`)));
if (names.length === 0 || unknown.length > 0) {
  console.error(
    `Usage: npm run bench -- NAME…   (${available.join(', ')})${unknown.length > 0 ? `; unknown: ${unknown.join(', ')}` : ''}`,
  );
  process.exit(2);
}

build(['plugin', 'server']);
const base64 = (bytes) => randomBytes(bytes).toString('base64');
const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-crm-bench-'));
Object.assign(process.env, {
  NODE_ENV: 'production',
  STRAPI_TELEMETRY_DISABLED: 'true',
  LOG_LEVEL: 'error',
  APP_KEYS: base64(16),
  API_TOKEN_SALT: base64(16),
  ADMIN_JWT_SECRET: base64(16),
  TRANSFER_TOKEN_SALT: base64(16),
  ENCRYPTION_KEY: base64(32),
  JWT_SECRET: base64(16),
  GDPR_MASTER_KEY: base64(32),
  // Only the benchmark of rotation has keys under it.
  GDPR_MASTER_KEY_PREVIOUS: names.includes('rotate') ? base64(32) : '',
  PUBLIC_URL: 'http://127.0.0.1:1337',
  // Nothing listens there: mails stay in the outbox.
  SMTP_PORT: '9',
});
if ((process.env.DATABASE_CLIENT || 'sqlite') === 'sqlite') {
  process.env.DATABASE_CLIENT = 'sqlite';
  process.env.DATABASE_FILENAME = path.join(directory, 'bench.db');
}

const { createStrapi } = require('@strapi/strapi');
const strapi = createStrapi({
  appDir: ROOT,
  distDir: path.join(ROOT, 'dist'),
  serveAdminPanel: false,
  autoReload: false,
});
const plain = addPlainTwin(strapi, {
  source: 'plugin::gdpr.contact',
  name: 'plain-contact',
  indexes: [{ name: 'twin_email', columns: ['email'] }],
});
try {
  await strapi.load();
  const context = { strapi, sealed: 'plugin::gdpr.contact', plain, db: process.env.DATABASE_CLIENT };
  for (const name of names) {
    const { default: run } = await import(path.join(here, `${name}.bench.mjs`));
    await run(context);
  }
} finally {
  await strapi.destroy();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
