import { signInAdmin } from '../../support/accounts';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let admin: Record<string, string>;
let contact: any;
beforeAll(async () => {
  app = await startStrapi();
  admin = await signInAdmin(app);
  const contacts = app.strapi.documents(CONTACT as never) as any;
  contact = await contacts.create({ data: { email: 'ada.page@example.org', phone: '+49 30 1' } });
  await contacts.update({ documentId: contact.documentId, data: { phone: '+49 30 2' } });
  await audit().sealer.complete();
});
afterAll(async () => {
  await app.stop();
});

const audit = () => app.strapi.plugin('gdpr').service<any>('audit').of();
const get = (url: string, headers = admin) => app.http().get(`/gdpr/audit${url}`).set(headers);
const post = (url: string, body: object = {}) => app.http().post(`/gdpr/audit${url}`).set(admin).send(body);
const changeIndex = async (): Promise<number> => (await get('/entries?action=update')).body.data[0].index;

/** An administrator whose role has these rights and no others. */
async function signInWith(actions: readonly string[]): Promise<Record<string, string>> {
  const roles = app.strapi.service('admin::role') as any;
  const code = `role-${String(actions.length)}`;
  const role = await roles.create({ name: code, code, description: '' });
  const permissions = actions.map((action) => ({ action, subject: null, properties: {}, conditions: [] }));
  await roles.assignPermissions(role.id, permissions);
  return signInAdmin(app, role.code);
}

test('an address in any spelling leads to the data subject, and that it was asked for is an entry without it', async () => {
  const { body } = await post('/person', { email: ' Ada.Page@Example.ORG ' }).expect(200);
  const found = await get(`/entries?person=${body.data.person}&action=update`).expect(200);
  expect(found.body.data).toHaveLength(1);
  expect((await post('/person', { email: 'nobody@example.org' }).expect(200)).body.data).toEqual({
    person: null,
  });
  await audit().sealer.complete();
  const { body: asked } = await get('/entries?action=find-person').expect(200);
  expect(asked.data.map(({ details }: any) => details)).toEqual([
    { found: false },
    { found: true, subject: body.data.person },
  ]);
  for (const wrong of [{}, { email: 1 }, { email: 'a@example.org', more: 1 }])
    await post('/person', wrong).expect(400);
});

test('filters offer the accounts and the protected types by name', async () => {
  const { data } = (await get('/choices').expect(200)).body;
  expect(data.types).toContainEqual({ uid: CONTACT, name: 'Contact' });
  expect(data.actors).toContainEqual({ actor: 'admin:1', name: 'Test strapi-super-admin' });
});

test('old and new values need the right to see personal data in clear as well', async () => {
  const url = `/entries/${String(await changeIndex())}/values`;
  const trail = ['plugin::gdpr.audit.read', 'plugin::gdpr.audit.values'];
  await get(url, await signInWith(trail)).expect(403);
  const { body } = await get(url, await signInWith([...trail, 'plugin::gdpr.personal-data.read'])).expect(
    200,
  );
  expect(body.data[0]).toMatchObject({ before: { phone: '+49 30 1' }, after: { phone: '+49 30 2' } });
});

test('one entry is verified up to the signed root', async () => {
  const index = await changeIndex();
  const { body } = await post(`/entries/${String(index)}/verification`).expect(200);
  expect(body.data).toMatchObject({ index, outcome: 'intact' });
  await post('/entries/999999/verification').expect(404);
});

test('without the permission none of it answers', async () => {
  const editor = await signInAdmin(app, 'strapi-editor');
  await get('/choices', editor).expect(403);
  for (const url of ['/person', '/entries/0/verification'])
    await app.http().post(`/gdpr/audit${url}`).set(editor).send({ email: 'a@example.org' }).expect(403);
});
