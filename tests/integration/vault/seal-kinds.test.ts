import type { Core } from '@strapi/strapi';

import { runs, withoutBackgroundWork } from '../../support/life-cycle';
import { addOwnType, personal } from '../../support/own-type';
import { CONTACT, DATA_SUBJECT, pluginService, startStrapi, type TestStrapi } from '../../support/strapi';

const VISIT = 'api::visit.visit';
const MEMBER = 'api::member.member';
const USER = 'plugin::users-permissions.user';
const ADDRESS = 'shared.address';

let app: TestStrapi;
let isAnnotated = false;

/** Takes annotations out of schemas that have them, as they are before somebody writes them. */
function withoutAnnotations(strapi: Core.Strapi): void {
  const target = strapi as unknown as { runPluginsLifecycles(lifecycle: string): Promise<void> };
  const run = target.runPluginsLifecycles.bind(strapi);
  target.runPluginsLifecycles = (lifecycle) => {
    if (lifecycle === 'register' && !isAnnotated) {
      for (const schema of [strapi.contentType(USER as never), strapi.components[ADDRESS]] as any[]) {
        if (schema.pluginOptions !== undefined) delete schema.pluginOptions.gdpr;
        for (const attribute of Object.values<any>(schema.attributes)) delete attribute.pluginOptions?.gdpr;
      }
      // As Strapi has it.
      delete (strapi.contentType(USER as never) as any).attributes.email.unique;
    }
    return run(lifecycle);
  };
}

beforeAll(async () => {
  app = await startStrapi({
    keepsPlaintext: true,
    prepare: (strapi) => {
      withoutBackgroundWork(strapi);
      withoutAnnotations(strapi);
      addOwnType(
        strapi,
        {
          name: 'visit',
          draftAndPublish: true,
          pluginOptions: { i18n: { localized: true }, gdpr: { subject: { via: 'contact' } } },
          attributes: {
            note: { type: 'text', pluginOptions: { i18n: { localized: true }, ...personal('substring') } },
            contact: { type: 'relation', relation: 'manyToOne', target: CONTACT },
          },
        },
        () => isAnnotated,
      );
      addOwnType(
        strapi,
        {
          name: 'member',
          pluginOptions: { gdpr: { subject: { email: 'email' } } },
          attributes: {
            email: { type: 'email', pluginOptions: personal('exact') },
            badge: { type: 'string', pluginOptions: personal('exact') },
            home: { type: 'component', component: ADDRESS, repeatable: false },
            others: { type: 'component', component: ADDRESS, repeatable: true },
          },
        },
        () => isAnnotated,
      );
    },
  });
}, 300_000);
afterAll(async () => {
  await app.stop();
});

const documents = (uid: string): any => app.strapi.documents(uid as never);
const query = (uid: string): any => app.strapi.db.query(uid);

/** Whose key stored records are sealed under, one for each row of the table. */
async function ownersOf(table: string, where: object = {}): Promise<(string | null)[]> {
  const rows = await app.knex(table).where(where).orderBy('id').select('sealed');
  const names = rows.map(({ sealed }) => Buffer.from(sealed, 'base64').toString('latin1', 2, 34));
  const keys = await pluginService(app, 'vault').of().keys.load(names);
  return names.map((name) => keys.get(name).subject);
}

const subjectOf = async (email: string): Promise<string> =>
  (await query(DATA_SUBJECT).findOne({ where: { email } })).documentId;

async function fill(): Promise<void> {
  for (const name of ['first', 'second']) {
    const contact = await documents(CONTACT).create({ data: { email: `${name}@marker.example` } });
    const { documentId } = await documents(VISIT).create({
      data: { note: `${name} came`, contact: contact.documentId },
      locale: 'en',
      status: 'published',
    });
    await documents(VISIT).update({
      documentId,
      data: { note: `${name} kam`, contact: contact.documentId },
      locale: 'de',
    });
  }
  for (const [at, badge] of ['one', 'two', 'three'].entries()) {
    await query(MEMBER).create({ data: { email: `member${at}@marker.example`, badge } });
  }
  // Through the document service, which is what writes components.
  const [{ documentId }] = await query(MEMBER).findMany({ where: { badge: 'one' } });
  await documents(MEMBER).update({
    documentId,
    data: {
      home: { label: 'home', street: 'Marker Street 1', city: 'Lyon' },
      others: [{ street: 'Marker Street 2' }, { label: 'summer', postalCode: '69001' }],
    },
  });
  const account = { username: 'MarkerUser', email: 'user@marker.example', password: 'Analytical1' };
  await app.strapi
    .plugin('users-permissions')
    .service<any>('user')
    .add({ ...account, confirmed: true, provider: 'local' });
}

const everything = async (): Promise<unknown> => ({
  visits: await query(VISIT).findMany({ orderBy: 'id', populate: { contact: true } }),
  members: await query(MEMBER).findMany({ orderBy: 'id', populate: { home: true, others: true } }),
  users: await query(USER).findMany({ orderBy: 'id' }),
});

test('tables with locales, owners behind a relation, components and accounts are sealed as they were', async () => {
  await app.strapi.plugin('i18n').service<any>('locales').create({ code: 'de', name: 'German' });
  await fill();
  const before = await everything();
  isAnnotated = true;
  await app.restart();
  expect(await everything()).toEqual(before);
  for (const uid of [VISIT, MEMBER, USER, ADDRESS]) {
    expect(await runs(app).complete('seal', uid)).toMatchObject({ state: 'finished' });
  }
  expect(await everything()).toEqual(before);
  for (const table of ['own_visit', 'own_member', 'up_users', 'components_shared_addresses']) {
    const rows = JSON.stringify(await app.knex(table));
    const markers = ['came', ' kam', 'Marker Street', '69001', 'MarkerUser', 'member0', '@marker.example'];
    expect([table, markers.filter((marker) => rows.includes(marker))]).toEqual([table, []]);
  }
}, 300_000);

test('each version of each locale belongs to the person behind the relation', async () => {
  const [first, second] = [await subjectOf('first@marker.example'), await subjectOf('second@marker.example')];
  const owners = await ownersOf('own_visit');
  expect(owners.toSorted()).toEqual([first, first, first, second, second, second].toSorted());
  expect(await documents(VISIT).count({ locale: 'de', filters: { note: { $contains: ' kam' } } })).toBe(2);
  const found = await documents(VISIT).findMany({
    locale: 'en',
    status: 'published',
    filters: { note: { $startsWith: 'second' }, contact: { email: 'second@marker.example' } },
  });
  expect(found).toMatchObject([{ note: 'second came' }]);
});

test('components follow the record they stand in', async () => {
  const member = await subjectOf('member0@marker.example');
  expect(await ownersOf('components_shared_addresses')).toEqual([member, member, member]);
  expect(await query(MEMBER).count({ where: { others: { postalCode: '69001' } } })).toBe(1);
});

test('an account signs in as before', async () => {
  const login = (identifier: string): Promise<{ status: number }> =>
    app.http().post('/api/auth/local').send({ identifier, password: 'Analytical1' });
  expect((await login('user@marker.example')).status).toBe(200);
  expect((await login('MarkerUser')).status).toBe(200);
});
