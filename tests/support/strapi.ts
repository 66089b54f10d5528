import { randomBytes } from 'node:crypto';
import path from 'node:path';

import { type Core, createStrapi } from '@strapi/strapi';
import type { Knex } from 'knex';
import supertest from 'supertest';

import { type Mailbox, startMailbox } from '../../scripts/mailbox.mjs';
import { PLAINTEXT_MARKERS } from '../../scripts/plaintext-scan.mjs';

import { clientUnderTest, createTestDatabase, type TestDatabase } from './database';
import { dumpDatabase } from './dump';
import { verifyTrail } from './trail-verdict';

export const ROOT = path.resolve(__dirname, '../..');

/** A booted Strapi with a database, a mail server and secrets of its own. */
export interface TestStrapi {
  readonly strapi: Core.Strapi;
  readonly database: TestDatabase;
  readonly mailbox: Mailbox;
  readonly knex: Knex;
  /** Requests to the running server. */
  http(): ReturnType<typeof supertest>;
  /** Does all background work that is due. */
  drain(): Promise<void>;
  /** Stops Strapi and boots it again on the same database, with the same secrets. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly database?: TestDatabase;
  readonly mailbox?: Mailbox;
  /** The suite keeps plaintext on purpose: a plain twin, or a table before it is sealed. */
  readonly keepsPlaintext?: boolean;
  /** Why the audit trail of the suite does not hold at its end: it was tampered with on purpose. */
  readonly tampersWithTrail?: string;
  /** Whether the built admin panel is served, for tests in a browser. */
  readonly serveAdminPanel?: boolean;
  /** Runs before Strapi loads, for what must be registered by then. */
  readonly prepare?: (strapi: Core.Strapi) => void;
}

/** Boots the built application; `npm test` builds it first. One at a time in a process. */
export async function startStrapi(options: StartOptions = {}): Promise<TestStrapi> {
  const database = options.database ?? (await createTestDatabase(clientUnderTest()));
  const mailbox = options.mailbox ?? (await startMailbox());
  const secrets = {
    NODE_ENV: 'production',
    STRAPI_TELEMETRY_DISABLED: 'true',
    LOG_LEVEL: 'error',
    APP_KEYS: `${base64(16)},${base64(16)}`,
    API_TOKEN_SALT: base64(16),
    ADMIN_JWT_SECRET: base64(16),
    TRANSFER_TOKEN_SALT: base64(16),
    ENCRYPTION_KEY: base64(32),
    JWT_SECRET: base64(16),
    GDPR_MASTER_KEY: base64(32),
    GDPR_MASTER_KEY_FILE: '',
    PUBLIC_URL: 'http://127.0.0.1:1337',
    MAIL_FROM: 'crm@example.org',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(mailbox.port),
  };
  let strapi: Core.Strapi;
  try {
    strapi = await boot({ ...secrets, ...database.env, ...options.env }, options);
  } catch (error) {
    if (options.mailbox === undefined) await mailbox.stop();
    if (options.database === undefined) await database.drop();
    throw error;
  }
  let isUp = true;
  const app: TestStrapi = {
    get strapi() {
      return strapi;
    },
    get knex() {
      return strapi.db.connection;
    },
    database,
    mailbox,
    http: () => supertest(strapi.server.httpServer),
    drain: () => jobs(strapi).drain(),
    async restart(env = {}) {
      // After a boot that failed there is nothing to stop.
      if (isUp) await shutDown(strapi);
      isUp = false;
      strapi = await boot({ ...secrets, ...database.env, ...options.env, ...env }, options);
      isUp = true;
    },
    async stop() {
      const leak = options.keepsPlaintext === true ? null : PLAINTEXT_MARKERS.exec(await dumpDatabase(app));
      const broken = await (isUp ? verifyTrail(app, options.tampersWithTrail) : Promise.resolve()).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      await shutDown(strapi);
      await mailbox.stop();
      await database.drop();
      if (broken !== null) throw broken;
      if (leak !== null) throw new Error(`The database of this suite held "${leak[0]}" in clear at its end.`);
    },
  };
  return app;
}

interface Pool {
  numUsed(): number;
  numPendingAcquires(): number;
}

/**
 * Strapi reads documents for its events after it has answered and waits for nobody: a read that still waits for a
 * connection when the pool is destroyed fails a minute later, in whatever suite runs then.
 */
async function shutDown(strapi: Core.Strapi): Promise<void> {
  const { pool } = (strapi.db.connection as unknown as { client: { pool: Pool } }).client;
  const end = Date.now() + 20_000;
  while (pool.numUsed() + pool.numPendingAcquires() > 0 && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await strapi.destroy();
}

async function boot(
  env: Readonly<Record<string, string>>,
  { prepare, serveAdminPanel = false }: StartOptions,
): Promise<Core.Strapi> {
  Object.assign(process.env, env);
  const strapi = createStrapi({
    appDir: ROOT,
    distDir: path.join(ROOT, 'dist'),
    serveAdminPanel,
    autoReload: false,
  });
  prepare?.(strapi);
  try {
    await strapi.load();
  } catch (error) {
    await strapi.destroy();
    throw error;
  }
  // Every request of a test comes from one address; the suites about limits set their own.
  strapi.config.set('plugin::gdpr.rateLimit', { perIp: 1_000_000, perAddress: 5, windowSeconds: 900 });
  await new Promise<void>((resolve) => strapi.server.listen(0, '127.0.0.1', () => resolve()));
  return strapi;
}

/** A service of the plugin; its shape is the test's business. */
export function pluginService(app: Pick<TestStrapi, 'strapi'>, name: string): any {
  return app.strapi.plugin('gdpr').service(name);
}

function jobs(strapi: Core.Strapi): { drain(): Promise<void> } {
  return strapi.plugin('gdpr').service('jobs') as unknown as { drain(): Promise<void> };
}

export const CONTACT = 'plugin::gdpr.contact';
export const LEAD = 'plugin::gdpr.lead';
export const DATA_SUBJECT = 'plugin::gdpr.data-subject';
