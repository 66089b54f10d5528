import path from 'node:path';

import { signInAdmin } from '../../support/accounts';
import { dumpDatabase } from '../../support/dump';
import { addTypes, MARKED, markersIn, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { ROOT, startStrapi, type TestStrapi } from '../../support/strapi';

const HISTORY_VERSION = 'plugin::content-manager.history-version';
let app: TestStrapi;
let admin: Record<string, string>;

/** A part of Strapi's own server code that its package does not export. */
const strapiCode = (file: string): any => jest.requireActual(path.join(ROOT, 'node_modules/@strapi', file));

/** The same Strapi, with the Enterprise feature on and some services in place of what it lacks without a licence. */
function withFeature(services: Record<string, unknown>): any {
  const { strapi } = app;
  const features = { isEnabled: () => true, get: () => ({ options: { retentionDays: 90 } }) };
  const replaced: Record<string, unknown> = {
    ee: { features },
    service: (name: string) => services[name] ?? strapi.service(name as never),
  };
  return new Proxy(strapi, {
    get: (target, name) => replaced[String(name)] ?? Reflect.get(target, name, target),
  });
}

let history: any;

beforeAll(async () => {
  // SQLite keeps what a deleted version held in free pages; the tests look for it in between.
  app = await startStrapi({ keepsPlaintext: true, prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES) });
  admin = await signInAdmin(app);

  // Keeps Strapi from dropping tables of a feature whose licence has run out.
  const persistTables = { persistTablesWithPrefix: () => Promise.resolve() };
  const services: Record<string, unknown> = { 'admin::persist-tables': persistTables };
  const strapi = withFeature(services);
  history = strapiCode('content-manager/dist/server/history/services/history.js').createHistoryService({
    strapi,
  });
  services['plugin::content-manager.history'] = history;
  await strapiCode('content-manager/dist/server/history/services/lifecycles.js')
    .createLifecyclesService({ strapi })
    .bootstrap();
});
afterAll(async () => {
  await app.stop();
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const versions = () => (app.strapi.db.query(HISTORY_VERSION) as any).findMany({ orderBy: 'id' });

async function inContentManager(method: 'post' | 'put', at: string, body: object): Promise<any> {
  const response = await app.http()[method](`/content-manager/collection-types/${at}`).set(admin).send(body);
  expect([at, response.status, response.body.error]).toEqual([at, expect.any(Number), undefined]);
  return response.body.data;
}

/** Versions and log entries are written behind the answer. */
async function until(count: number, list: () => Promise<any[]> | any[]): Promise<any[]> {
  const deadline = Date.now() + 10_000;
  while ((await list()).length < count && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
  const found = await list();
  expect(found).toHaveLength(count);
  return found;
}

describe('content history', () => {
  let documentId = '';

  test('keeps versions of a protected type without personal data, of every attribute type', async () => {
    ({ documentId } = await inContentManager('post', SAMPLE, { ...MARKED, label: 'first label' }));
    await inContentManager('put', `${SAMPLE}/${documentId}`, { label: 'second label', text: 'Zebediah II' });
    await inContentManager('post', `${SAMPLE}/${documentId}/actions/publish`, {});
    const kept = await until(3, versions);
    expect(kept.map(({ data }) => data.label)).toEqual(['first label', 'second label', 'second label']);
    expect(markersIn(JSON.stringify(kept))).toEqual([]);
    for (const { data } of kept)
      for (const name of [...Object.keys(MARKED), 'sealed']) expect(data).not.toHaveProperty(name);
  });

  test('a restored version brings back what history keeps and leaves personal data as it is', async () => {
    const [first] = await versions();
    const restored = await history.restoreVersion(first.id);
    expect(restored).toMatchObject({ ...MARKED, label: 'first label', text: 'Zebediah II' });
    const row = await app.knex('samples').where({ id: restored.id }).first();
    expect(row).toMatchObject({ text: null, address: null, label: 'first label' });
    expect(await documents(SAMPLE).count({ filters: { text: 'Zebediah II' } })).toBe(1);
    const { results } = await history.findVersionsPage({
      query: { contentType: SAMPLE, documentId },
      state: { userAbility: { can: () => true, cannot: () => false, rulesFor: () => [] } },
    });
    expect(results[0].meta.unknownAttributes).toEqual({ added: {}, removed: {} });
  });

  test('nothing of it is in the database in clear', async () => {
    expect(markersIn(await dumpDatabase(app), ['zebediah'])).toEqual([]);
  });

  test('versions from before the annotation are bared at the next start, and their restore erases nothing', async () => {
    const [first] = await versions();
    const { text: _text, sealed: _sealed, ...schema } = first.schema;
    await app
      .knex('strapi_history_versions')
      .where({ id: first.id })
      .update({
        data: JSON.stringify({
          ...first.data,
          text: 'Zebediah unsealed',
          address: 'old-zebediah@marker.example',
        }),
        schema: JSON.stringify(schema),
      });
    await app.strapi.store({ type: 'plugin', name: 'gdpr', key: 'history-bared-for' }).delete({});
    await app.restart();
    admin = await signInAdmin(app);
    const row = await app.knex('strapi_history_versions').where({ id: first.id }).first();
    expect(markersIn(JSON.stringify(row))).toEqual([]);
    const restored = await strapiCode('content-manager/dist/server/history/services/history.js')
      .createHistoryService({ strapi: withFeature({}) })
      .restoreVersion(first.id);
    expect(restored).toMatchObject({ ...MARKED, text: 'Zebediah II', label: 'first label' });
  });
});
