import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import knex, { type Knex } from 'knex';

import { failChild } from '../../support/child';
import { killCommand, runCommand } from '../../support/command';
import { type Client, clientUnderTest, createTestDatabase, type TestDatabase } from '../../support/database';
import { failureOf } from '../../support/failure';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const MANY = 40_000;

let app: TestStrapi;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'gdpr-key-store-'));
  app = await startStrapi({ env: { GDPR_KEY_STORE_CLIENT: '' } });
  for (const name of ['ada', 'grace']) await create(`${name}@example.org`);
  const { ring } = vault();
  for (let done = 0; done < MANY; done += 500) {
    const ids = Array.from({ length: 500 }, (_, at) => Buffer.alloc(32, `${String(done + at)} filler`));
    const wrapped = await ring.wrapMany(
      ids.map((id) => ({ secret: id, context: `data key ${id.toString('hex')}` })),
    );
    const rows = ids.map((id, at) => ({
      id,
      kek_id: ring.currentKeyId,
      wrapped: Buffer.from(wrapped[at]),
      created_at: 1,
    }));
    await app.knex('gdpr_data_keys').insert(rows);
  }
}, 120_000);
afterAll(async () => {
  await app.stop();
  process.env['GDPR_KEY_STORE_CLIENT'] = '';
  rmSync(directory, { recursive: true, force: true });
});

const documents = (): any => app.strapi.documents(CONTACT as never);
const create = (email: string): Promise<any> => documents().create({ data: { email } });
const vault = (): any => app.strapi.plugin('gdpr').service<any>('vault').of();
const found = async (email: string): Promise<number> => {
  vault().keys.forget();
  return (await documents().findMany({ filters: { email } })).length;
};
const count = async (database: Knex): Promise<number> =>
  Number((await database('gdpr_data_keys').count({ number: '*' }).first())?.number);

/** A key store in a database of its own kind, as the environment names it, and a look into it. */
interface Store {
  readonly env: Record<string, string>;
  readonly look: Knex;
  drop(): Promise<void>;
}

async function sqliteStore(name: string): Promise<Store> {
  const filename = path.join(directory, name);
  const look = knex({ client: 'better-sqlite3', connection: { filename }, useNullAsDefault: true });
  await look.raw('select 1');
  return {
    env: { GDPR_KEY_STORE_CLIENT: 'sqlite', GDPR_KEY_STORE_FILENAME: filename, GDPR_KEY_STORE_URL: '' },
    look,
    drop: () => look.destroy(),
  };
}

async function serverStore(client: Exclude<Client, 'sqlite'>): Promise<Store> {
  const database: TestDatabase = await createTestDatabase(client);
  const url = database.env['DATABASE_URL'] ?? '';
  const look = knex({ client: client === 'mysql' ? 'mysql2' : 'pg', connection: url });
  return {
    env: { GDPR_KEY_STORE_CLIENT: client, GDPR_KEY_STORE_URL: url, GDPR_KEY_STORE_FILENAME: '' },
    look,
    async drop() {
      await look.destroy();
      await database.drop();
    },
  };
}

test('keys move to a store of their own, killed on the way, and no record is unreadable at any point', async () => {
  const store = await sqliteStore('moved.db');
  await app.restart(store.env);
  await create('before@example.org');
  expect(await count(store.look)).toBe(0);

  await killCommand(
    ['keys', 'move'],
    store.env,
    async () => (await count(store.look).catch(() => 0)) > 1_000,
  );
  expect(await count(app.knex)).toBeGreaterThan(0);
  for (const name of ['ada', 'grace', 'before']) expect(await found(`${name}@example.org`)).toBe(1);
  await create('between@example.org');
  await app.knex('gdpr_runs').update({ lease_until: 0 });
  const { code, stdout } = await runCommand(['keys', 'move'], store.env);
  expect(stdout).toMatch(/and none in the main database/);
  expect(code).toBe(0);
  expect(await count(app.knex)).toBe(0);
  expect(await app.knex('gdpr_system_keys').first()).toBeUndefined();
  for (const name of ['ada', 'grace', 'before', 'between'])
    expect(await found(`${name}@example.org`)).toBe(1);

  await app.restart(store.env);
  for (const name of ['ada', 'between']) expect(await found(`${name}@example.org`)).toBe(1);
  await create('after@example.org');
  expect(await count(app.knex)).toBe(0);
  await store.drop();
}, 180_000);

test('a key is committed before its record, and stays when the record is rolled back', async () => {
  const store = await sqliteStore('moved.db');
  const before = await count(store.look);
  const message = await failureOf(
    app.strapi.db.transaction(async () => {
      await create('never@example.org');
      throw new Error('rolled back');
    }),
  );
  expect(message).toBe('rolled back');
  expect(await found('never@example.org')).toBe(0);
  expect(await count(store.look)).toBeGreaterThan(before);
  await store.drop();
});

test('a person’s key rotates in a store of its own, too', async () => {
  const subject = (
    await app.strapi.db.query('plugin::gdpr.data-subject').findOne({ where: { email: 'ada@example.org' } })
  ).documentId;
  const { code, stderr } = await runCommand(['keys', 'rotate', '--subject', subject]);
  expect(stderr).not.toMatch(/cannot|failed/i);
  expect(code).toBe(0);
  expect(await found('ada@example.org')).toBe(1);
}, 60_000);

test('a backup of the main database holds no key', async () => {
  const names = await app.knex('gdpr_data_keys').select('id');
  expect(names).toEqual([]);
  if (app.database.directory === null) return;
  await app.knex.raw('VACUUM');
  await app.knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  const store = await sqliteStore('moved.db');
  const rows = await store.look('gdpr_data_keys').select('wrapped').whereNotNull('wrapped').limit(50);
  const files = readdirSync(app.database.directory).map((name) =>
    readFileSync(path.join(app.database.directory ?? '', name)),
  );
  for (const { wrapped } of rows) for (const file of files) expect(file.includes(wrapped)).toBe(false);
  await store.drop();
});

test('a store that is away stops the boot with one sentence', async () => {
  const { code, output } = await failChild({
    LOG_LEVEL: 'error',
    GDPR_KEY_STORE_CLIENT: 'postgres',
    GDPR_KEY_STORE_URL: 'postgres://nobody@127.0.0.1:9/none',
  });
  expect(code).toBe(1);
  expect(output).toMatch(
    /^The key store \(keyStore.connection, GDPR_KEY_STORE_URL or GDPR_KEY_STORE_FILENAME\) cannot be reached/,
  );
  expect(output.split('\n')).toHaveLength(1);
});

// On SQLite the suite above is that case: two files. The servers are there in `npm run test:databases`.
const SERVERS = clientUnderTest() === 'sqlite' ? [] : (['postgres', 'mysql'] as const);

for (const kind of SERVERS) {
  test(`a new installation keeps its keys in a ${kind} server from the start, and rotates them there`, async () => {
    await app.stop();
    const store = await serverStore(kind);
    app = await startStrapi({ env: store.env });
    await create('ada@example.org');
    expect(await found('ada@example.org')).toBe(1);
    expect(await count(app.knex)).toBe(0);
    expect(await count(store.look)).toBeGreaterThan(0);
    const { subject } = await store.look('gdpr_data_keys').whereNotNull('subject').first('subject');
    expect(await runCommand(['keys', 'rotate', '--subject', subject], store.env)).toMatchObject({ code: 0 });
    // The old one stays: what the audit trail keeps of the creation is sealed under it.
    expect(await store.look('gdpr_data_keys').where({ subject }).whereNull('destroyed_at')).toHaveLength(2);
    expect(await found('ada@example.org')).toBe(1);
    const stop = app.stop.bind(app);
    app = Object.assign(Object.create(app), {
      async stop() {
        await stop();
        await store.drop();
      },
    });
  }, 120_000);
}
