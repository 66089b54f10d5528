import type { Core } from '@strapi/strapi';

import { runCommand } from '../../support/command';
import { failureOf } from '../../support/failure';
import { runs, withoutBackgroundWork } from '../../support/life-cycle';
import { DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';

const USER = 'plugin::users-permissions.user';

let app: TestStrapi;
let isAnnotated = false;

/** As accounts are before the project annotates them: Strapi alone does not stop two with one address. */
function withoutAnnotation(strapi: Core.Strapi): void {
  const target = strapi as unknown as { runPluginsLifecycles(lifecycle: string): Promise<void> };
  const run = target.runPluginsLifecycles.bind(strapi);
  target.runPluginsLifecycles = (lifecycle) => {
    if (lifecycle === 'register' && !isAnnotated) {
      const schema = strapi.contentType(USER as never) as any;
      delete schema.pluginOptions.gdpr;
      for (const attribute of Object.values<any>(schema.attributes)) delete attribute.pluginOptions?.gdpr;
      delete schema.attributes.email.unique;
    }
    return run(lifecycle);
  };
}

const query = (uid: string): any => app.strapi.db.query(uid);

beforeAll(async () => {
  app = await startStrapi({
    keepsPlaintext: true,
    prepare: (strapi) => {
      withoutBackgroundWork(strapi);
      withoutAnnotation(strapi);
    },
  });
  for (const username of ['MarkerTwice', 'MarkerAgain']) {
    await app.strapi.plugin('users-permissions').service<any>('user').add({
      username,
      email: 'twice@marker.example',
      password: 'Analytical1',
      confirmed: true,
      provider: 'local',
    });
  }
  isAnnotated = true;
  await app.restart();
  expect(await runs(app).complete('seal', USER)).toMatchObject({ state: 'finished' });
}, 300_000);
afterAll(async () => {
  await app.stop();
});

const scan = async (...more: string[]): Promise<{ code: number | null; findings: any[] }> => {
  const { code, stdout } = await runCommand(['scan', '--json', '--type', USER, ...more]);
  return { code, findings: JSON.parse(stdout).findings };
};

test('a value that two records have is readable at both, and is named until it is unique', async () => {
  const accounts = await query(USER).findMany({ where: { email: 'twice@marker.example' }, orderBy: 'id' });
  expect(accounts).toHaveLength(2);
  const { code, findings } = await scan();
  expect([code, findings]).toEqual([
    1,
    [
      {
        kind: 'unique-value-twice',
        uid: USER,
        attribute: 'email',
        count: 1,
        repaired: 0,
        records: [accounts[1].documentId],
      },
    ],
  ]);
  const third = { username: 'MarkerThird', email: 'twice@marker.example' };
  expect(await failureOf(query(USER).create({ data: third }))).toMatch(/must be unique/);
  const data = { email: 'once@marker.example' };
  await query(USER).update({ where: { id: accounts[1].id }, data });
  expect(await scan()).toEqual({ code: 0, findings: [] });
}, 300_000);

test('scan names a data subject that is gone, a guard that is gone, and plaintext in the content history', async () => {
  const { documentId } = await query(DATA_SUBJECT).findOne({ where: { email: 'once@marker.example' } });
  await app.knex('gdpr_data_subjects').where({ document_id: documentId }).delete();
  await app.knex('strapi_history_versions').insert({
    content_type: USER,
    related_document_id: documentId,
    data: JSON.stringify({ username: 'MarkerOld', confirmed: true }),
    schema: '{}',
  });
  // As after a dump that leaves triggers out. The boot of a command puts them back, and says so.
  expect(await dropTriggers('up_users')).toBeGreaterThan(0);
  const kinds = async (...more: string[]): Promise<string[]> =>
    (await scan(...more)).findings.map(({ kind }) => kind).toSorted();
  expect(await kinds()).toEqual(['data-subject-missing', 'guard-missing', 'plaintext-in-history']);
  expect(await kinds()).toEqual(['data-subject-missing', 'plaintext-in-history']);
  expect(await failureOf(app.knex('up_users').update({ username: 'plain' }))).toMatch(
    /sealed|plaintext|personal/i,
  );
}, 300_000);

/** @returns how many there were */
async function dropTriggers(table: string): Promise<number> {
  const names = await triggersOf(table);
  const { client } = app.strapi.db.dialect;
  for (const name of names) {
    await app.knex.raw(client === 'postgres' ? 'DROP TRIGGER ?? ON ??' : 'DROP TRIGGER ??', [
      name,
      ...(client === 'postgres' ? [table] : []),
    ]);
  }
  return names.length;
}

async function triggersOf(table: string): Promise<string[]> {
  switch (app.strapi.db.dialect.client) {
    case 'sqlite':
      return app.knex('sqlite_master').where({ type: 'trigger', tbl_name: table }).pluck('name');
    case 'mysql': {
      const [rows] = await app.knex.raw('SHOW TRIGGERS WHERE `Table` = ?', [table]);
      return rows.map((row: { Trigger: string }) => row.Trigger);
    }
    default:
      return app
        .knex('pg_trigger')
        .whereRaw('tgrelid = ?::regclass AND NOT tgisinternal', [table])
        .pluck('tgname');
  }
}
