import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import knex, { type Knex } from 'knex';

import { apiToken } from '../../support/accounts';
import { auditOf, entriesSince, logSize } from '../../support/audit';
import { type Child, startChild } from '../../support/child';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { CONTACT, ROOT, startStrapi, type TestStrapi } from '../../support/strapi';
import { pullFrom, pushTo } from '../../support/transfer';

const REGISTRATION = 'api::registration.registration';
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');
/** Both instances know the same secrets: tokens of one are made while it runs in this process. */
const SECRETS = {
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
};
const folder = mkdtempSync(path.join(tmpdir(), 'gdpr-crm-transfer-'));

let remoteDatabase: TestDatabase;
let remoteKnex: Knex;
let remote: Child;
let app: TestStrapi;
let token: string;
let headers: Record<string, string>;

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const guest = (at: number) => ({
  event: 'Fair',
  name: `Zebediah ${String(at)}`,
  email: `zebediah-${String(at)}@marker.example`,
  address: { label: 'home', street: `Zebediah Street ${String(at)}` },
});
const url = (route: string): string => `http://127.0.0.1:${String(remote.port)}${route}`;

beforeAll(async () => {
  // Filled and given its tokens in this process first, then served by one of its own.
  remoteDatabase = await createTestDatabase();
  const first = await startStrapi({ env: SECRETS, database: remoteDatabase });
  app = first;
  for (let at = 0; at < 60; at += 1) await documents(REGISTRATION).create({ data: guest(at) });
  await documents(CONTACT).create({
    data: { email: guest(0).email, lastName: 'Zebediah', company: 'Plain' },
  });
  headers = await apiToken(first, 'full-access');
  const transfer = first.strapi.service('admin::transfer') as any;
  ({ accessKey: token } = await transfer.token.create({
    name: 'transfer',
    permissions: ['push', 'pull'],
    lifespan: null,
  }));
  await first.strapi.destroy();
  await first.mailbox.stop();
  remote = await startChild({ ...SECRETS, ...remoteDatabase.env });
  remoteKnex = knex(connectionOf(remoteDatabase));
  app = await startStrapi({ env: SECRETS });
}, 120_000);
afterAll(async () => {
  await app.stop();
  await remoteKnex.destroy();
  await remote.kill();
  await remoteDatabase.drop();
  rmSync(folder, { recursive: true, force: true });
});

function connectionOf({ client, env }: TestDatabase): Knex.Config {
  if (client === 'sqlite')
    return {
      client: 'better-sqlite3',
      connection: { filename: String(env['DATABASE_FILENAME']) },
      useNullAsDefault: true,
    };
  return { client: client === 'postgres' ? 'pg' : 'mysql2', connection: String(env['DATABASE_URL']) };
}

/** Writes and reads over REST until it is told to stop. @returns what was found wrong, and how much was done */
function traffic(): { stop(): Promise<{ wrong: unknown[]; done: number }> } {
  const wrong: unknown[] = [];
  let goesOn = true;
  let done = 0;
  const run = async (): Promise<void> => {
    for (let at = 1_000; goesOn; at += 1) {
      const body = JSON.stringify({ data: guest(at) });
      const options = { headers: { ...headers, 'Content-Type': 'application/json' } };
      const created = await fetch(url('/api/registrations'), { ...options, method: 'POST', body });
      const { data } = (await created.json()) as any;
      if (created.status !== 201) {
        wrong.push([created.status, data]);
        continue;
      }
      const changed = await fetch(url(`/api/registrations/${String(data.documentId)}?populate=address`), {
        ...options,
        method: 'PUT',
        body: JSON.stringify({ data: { name: `${guest(at).name} changed` } }),
      });
      const read = await fetch(
        url('/api/registrations?populate=address&sort=id:desc&pagination[pageSize]=5'),
        options,
      );
      const list = ((await read.json()) as any).data as any[];
      const mine = list.find(({ documentId }) => documentId === data.documentId);
      if (changed.status !== 200 || mine?.name !== `${guest(at).name} changed`)
        wrong.push([changed.status, mine]);
      for (const one of list) if (!one.name || !one.email || !one.address?.street) wrong.push(one);
      done += 1;
    }
  };
  const running = run();
  return {
    async stop() {
      goesOn = false;
      await running;
      return { wrong, done };
    },
  };
}

/** Every row of the table is sealed, and nothing stands in its protected columns. */
async function expectSealed(db: Knex): Promise<number> {
  const rows = await db('registrations').select('*');
  for (const row of rows) expect(row).toMatchObject({ name: null, email: null, sealed: expect.any(String) });
  const components = await db('components_shared_addresses').select('*');
  for (const row of components)
    expect(row).toMatchObject({ street: null, city: null, sealed: expect.any(String) });
  return rows.length;
}

const gdpr = (database: TestDatabase, ...args: string[]) =>
  promisify(execFile)(process.execPath, [path.join(ROOT, 'plugins/gdpr/bin/strapi-gdpr.js'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...SECRETS, ...database.env, LOG_LEVEL: 'error' },
  });

test('a pull from a live server: its reads and writes go on whole, and what arrives is sealed', async () => {
  const live = traffic();
  const begin = await logSize(app);
  await pullFrom(app.strapi, url('/admin'), token);
  const transferred = (await entriesSince(app, begin)).filter(({ action }) => action === 'transfer');
  expect(transferred.map(({ details }) => details)).toContainEqual({
    type: CONTACT,
    change: 'create',
    count: 1,
  });
  const [registrations, ...more] = transferred.filter(({ details }) => details.type === REGISTRATION);
  expect(more).toEqual([]);
  const ids = await app.knex('registrations').orderBy('id').pluck('id');
  expect(registrations).toMatchObject({
    actor: 'system',
    details: { change: 'create', count: ids.length },
    records: [{ type: REGISTRATION, change: 'create', ids, attributes: expect.arrayContaining(['email']) }],
  });
  expect(registrations).not.toHaveProperty('payload');
  const { wrong, done } = await live.stop();
  expect(wrong).toEqual([]);
  expect(done).toBeGreaterThan(0);
  expect(await expectSealed(app.knex)).toBeGreaterThanOrEqual(60);
  await expectSealed(remoteKnex);
}, 120_000);

test('its keys, taken by the command line from the live server, make it readable here', async () => {
  const file = path.join(folder, 'keys.jsonl');
  const exported = await gdpr(remoteDatabase, 'keys', 'export', '--out', file);
  expect(exported.stdout).toMatch(/^\d+ wrapped keys are in /);
  await app.strapi.plugin('gdpr').service<any>('vault').keyTransfer().importFrom(file);
  const list = await documents(REGISTRATION).findMany({ populate: { address: true } });
  for (const { name, email, address } of list) {
    expect(name).toMatch(/^Zebediah \d+/);
    expect(email).toMatch(/@marker\.example$/);
    expect(address.street).toMatch(/^Zebediah Street/);
  }
  const [one] = await documents(REGISTRATION).findMany({ filters: { email: guest(7).email } });
  expect(one.name).toBe('Zebediah 7');
  expect(await documents(CONTACT).count({ filters: { email: guest(0).email } })).toBe(1);
  // Whose the transferred records are is known now, so their trail begins with the transfer.
  await logSize(app);
  const [contact] = await documents(CONTACT).findMany({
    filters: { email: guest(0).email },
    populate: { dataSubject: true },
  });
  const person = contact.dataSubject.documentId;
  const { entries } = await auditOf(app).trail.find({ person, action: 'transfer', limit: 100 });
  expect(entries.map(({ details }: any) => details.type)).toEqual(
    expect.arrayContaining([CONTACT, REGISTRATION]),
  );
}, 120_000);

test('a push to a live server: nobody there reads a wrong NULL meanwhile, and plaintext has no way in', async () => {
  for (let at = 100; at < 160; at += 1) await documents(REGISTRATION).create({ data: guest(at) });
  const count = await documents(REGISTRATION).count({});
  const file = path.join(folder, 'more-keys.jsonl');
  await app.strapi.plugin('gdpr').service<any>('vault').keyTransfer().exportTo(file);
  // The keys first, so that what arrives can be read at once. A running server takes keys from the command line.
  const imported = await gdpr(remoteDatabase, 'keys', 'import', file);
  expect(imported.stdout).toMatch(/^6\d keys added|^\d+ keys added/);

  const wrong: unknown[] = [];
  let over = false;
  const isOver = (): boolean => over;
  const reader = (async () => {
    while (!isOver()) {
      const read = await fetch(url('/api/registrations?populate=address&pagination[pageSize]=100'), {
        headers,
      });
      const { data } = (await read.json()) as any;
      if (read.status !== 200) wrong.push(read.status);
      for (const one of data ?? []) if (!one.name || !one.email || !one.address?.street) wrong.push(one);
    }
  })();
  await pushTo(app.strapi, url('/admin'), token);
  over = true;
  await reader;
  expect(wrong).toEqual([]);
  expect(await expectSealed(remoteKnex)).toBe(count);
  // What stood there before was removed by the same transfer: what it was, an entry of the same transaction says.
  const written = [
    ...(await remoteKnex('gdpr_audit_log').pluck('entry')),
    ...(await remoteKnex('gdpr_audit_queue').pluck('entry')),
  ].map((entry) => JSON.parse(entry));
  const told = written.filter(
    ({ action, details }) => action === 'transfer' && details.type === REGISTRATION,
  );
  expect(told.map(({ details }) => [details.change, details.count])).toEqual([
    ['delete', expect.any(Number)],
    ['create', count],
  ]);
  expect(told[0].records[0].documents).toHaveLength(told[0].details.count);
  expect(told[0].actor).toMatch(/^(system|admin|api-token|public|[\w-]+:\d+)/);
  const found = await fetch(url(`/api/registrations?filters[email][$eq]=${guest(130).email}`), { headers });
  expect(((await found.json()) as any).data).toEqual([expect.objectContaining({ name: 'Zebediah 130' })]);
}, 120_000);

test('somebody else’s request that carries “sealed” while a transfer runs writes no sealed record', async () => {
  const { sealed } = await remoteKnex('registrations').whereNotNull('sealed').first('sealed');
  const pull = pullFrom(app.strapi, url('/admin'), token);
  const answers: unknown[] = [];
  for (let at = 0; at < 20; at += 1) {
    const response = await fetch(url('/api/registrations'), {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ data: { ...guest(2_000 + at), sealed } }),
    });
    answers.push(response.status);
  }
  await pull;
  expect([...new Set(answers)].every((status) => status === 201 || status === 400)).toBe(true);
  expect((await remoteKnex('registrations').where({ sealed })).length).toBe(1);
}, 120_000);
