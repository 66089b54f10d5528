import { signInAdmin } from '../../support/accounts';
import { dumpDatabase } from '../../support/dump';
import { pluginService, startStrapi, type TestStrapi } from '../../support/strapi';

const USER = 'plugin::users-permissions.user';
let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
  const store = app.strapi.store({ type: 'plugin', name: 'users-permissions' });
  const advanced = (await store.get({ key: 'advanced' })) as object;
  await store.set({
    key: 'advanced',
    value: { ...advanced, email_reset_password: 'https://marker.example/reset' },
  });
  const role = await app.strapi.db
    .query('plugin::users-permissions.role')
    .findOne({ where: { type: 'public' } });
  for (const action of ['auth.callback', 'auth.register', 'auth.forgotPassword', 'auth.resetPassword']) {
    const permission = { action: `plugin::users-permissions.${action}`, role: role.id };
    const known = await app.strapi.db
      .query('plugin::users-permissions.permission')
      .findOne({ where: permission });
    if (known === null)
      await app.strapi.db.query('plugin::users-permissions.permission').create({ data: permission });
  }
});
afterAll(async () => {
  await app.stop();
});

const ada = { username: 'AdaMarker', email: 'ada@marker.example', password: 'Analytical1' };
const register = (data: object) => app.http().post('/api/auth/local/register').send(data);
const login = (identifier: string, password = ada.password) =>
  app.http().post('/api/auth/local').send({ identifier, password });

test('registration seals the account, and a second one with the same name or address is refused', async () => {
  const registered = await register(ada);
  expect(registered.status).toBe(200);
  expect(registered.body.user).toMatchObject({ username: ada.username, email: ada.email });
  expect(registered.body.user).not.toHaveProperty('sealed');
  const dump = await dumpDatabase(app);
  expect(dump).not.toContain('ada@marker.example');
  expect(dump).not.toContain('AdaMarker');
  for (const second of [
    { ...ada, username: 'other' },
    { ...ada, email: 'other@marker.example' },
    { ...ada, username: 'other', email: 'ADA@Marker.example' },
  ]) {
    const refused = await register(second);
    expect([refused.status, refused.body.error.message]).toEqual([
      400,
      'Email or Username are already taken',
    ]);
  }
});

test('fifty registrations of one address at once make one account', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, number) =>
      register({ username: `racer${String(number)}`, email: 'race@marker.example', password: 'Analytical1' }),
    ),
  );
  const users = app.strapi.db.query(USER);
  expect(await users.count({ where: { email: 'race@marker.example' } })).toBe(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const { status } of answers) expect([200, 400, 429]).toContain(status);
});

test('sign-in works by address and by name, and only with the password', async () => {
  for (const identifier of [ada.email, 'ADA@marker.example', ada.username]) {
    const answer = await login(identifier);
    expect([answer.status, answer.body.user.email]).toEqual([200, ada.email]);
  }
  expect((await login(ada.email, 'wrong')).status).toBe(400);
  expect((await login('nobody@marker.example')).status).toBe(400);
});

test('a forgotten password is mailed to the address and can be set anew', async () => {
  const asked = await app.http().post('/api/auth/forgot-password').send({ email: ada.email });
  expect(asked.status).toBe(200);
  const mail = app.mailbox.messages.at(-1);
  expect(mail?.to).toMatchObject({ text: ada.email });
  const code = /code=(\w+)/.exec(String(mail?.html))?.[1];
  const password = 'Analytical2';
  const reset = await app
    .http()
    .post('/api/auth/reset-password')
    .send({ code, password, passwordConfirmation: password });
  expect(reset.status).toBe(200);
  expect((await login(ada.email, password)).status).toBe(200);
});

test('the admin’s list of users shows, searches and opens them', async () => {
  const admin = await signInAdmin(app);
  const url = `/content-manager/collection-types/${USER}`;
  const list = await app.http().get(url).set(admin);
  expect(list.status).toBe(200);
  expect(list.body.results.map(({ email }: any) => email)).toContain(ada.email);
  const searched = await app.http().get(url).query({ _q: 'adamark' }).set(admin);
  expect(searched.body.results).toMatchObject([{ username: ada.username }]);
  const filtered = await app
    .http()
    .get(url)
    .query({ filters: { $and: [{ email: { $eq: ada.email } }] } })
    .set(admin);
  expect(filtered.body.pagination.total).toBe(1);
  const [user] = searched.body.results;
  const changed = await app
    .http()
    .put(`${url}/${user.documentId}`)
    .set(admin)
    .send({ username: 'AdaRenamed', blocked: false });
  expect([changed.status, changed.body.username, changed.body.email]).toEqual([200, 'AdaRenamed', ada.email]);
});

test('an account with an address is the same person as a contact with it', async () => {
  const contact = (await app.strapi
    .documents('plugin::gdpr.contact' as never)
    .create({ data: { email: ada.email, firstName: 'Ada' } as never })) as any;
  const vault = pluginService(app, 'vault').of();
  const owners = new Set<string>();
  const rows = [
    await app.knex('gdpr_contacts').where({ document_id: contact.documentId }).first(),
    await app.knex('up_users').orderBy('id').first(),
  ];
  for (const { sealed } of rows) {
    const name = Buffer.from(sealed, 'base64').toString('latin1', 2, 34);
    owners.add((await vault.keys.load([name])).get(name).subject);
  }
  expect(owners.size).toBe(1);
});
