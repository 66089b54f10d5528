import { apiToken } from '../../support/accounts';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const REGISTRATION = 'api::registration.registration';
let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

const guest = {
  event: 'Summer fair',
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  arrival: '2026-07-01T09:30:00.000Z',
  dietaryNeeds: { allergies: ['nuts'] },
  badge: 'A. L.',
};

test('a type that a developer annotated is sealed, typed, searchable, and served by REST like any other', async () => {
  const token = await apiToken(app, 'full-access');
  const created = await app.http().post('/api/registrations').set(token).send({ data: guest });
  expect(created.status).toBe(201);
  // Defaults count for sealed attributes, too.
  expect(created.body.data).toMatchObject({ ...guest, newcomer: true, seats: 1 });

  const row = await app.knex('registrations').first();
  for (const column of ['name', 'email', 'arrival', 'dietary_needs', 'newcomer'])
    expect(row[column]).toBeNull();
  expect(row).toMatchObject({ event: 'Summer fair', badge: 'A. L.' });

  const found = await app
    .http()
    .get('/api/registrations')
    .query({ 'filters[name][$startsWith]': 'Ada' })
    .set(token);
  expect(found.body.data).toEqual([expect.objectContaining(guest)]);
  const missing = await app
    .http()
    .post('/api/registrations')
    .set(token)
    .send({ data: { ...guest, email: null } });
  expect(missing.body.error.message).toMatch(/email/);
});

test('its records and the contact of the same address are one data subject’s, under one key', async () => {
  await (app.strapi.documents(CONTACT as never) as any).create({ data: { email: 'ADA@example.org' } });
  const keyOf = async (table: string): Promise<string> => {
    const { sealed } = await app.knex(table).whereNotNull('sealed').first('sealed');
    return Buffer.from(sealed, 'base64').subarray(2, 34).toString('hex');
  };
  expect(await keyOf('gdpr_contacts')).toBe(await keyOf('registrations'));
});

test('an attribute with encrypted: false stays in its column, and every filter works on it', async () => {
  const { badge } = await app.knex('registrations').first();
  expect(badge).toBe('A. L.');
  const list = await (app.strapi.documents(REGISTRATION as never) as any).findMany({
    filters: { badge: { $contains: 'A.' } },
  });
  expect(list).toHaveLength(1);
});
