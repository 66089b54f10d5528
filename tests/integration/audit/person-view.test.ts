import { apiToken, signInAdmin, signInWithRole } from '../../support/accounts';
import { auditOf } from '../../support/audit';
import { CONTACT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let admin: Record<string, string>;
let masked: Record<string, string>;
let token: Record<string, string>;
let contact: any;
let person: string;

const documents = (uid = CONTACT): any => app.strapi.documents(uid as never);
const service = (): any => app.strapi.plugin('gdpr').service('audit');
const view = async (options?: object): Promise<any[]> =>
  (await service().recipientsOf(person, options)).recipients;
const only = async (kind: string): Promise<any> => {
  const found = (await view()).filter((one) => one.kind === kind);
  expect(found).toHaveLength(1);
  return found[0];
};

beforeAll(async () => {
  app = await startStrapi();
  admin = await signInAdmin(app);
  masked = await signInWithRole(app, [CONTACT]);
  token = await apiToken(app, 'full-access');
  contact = await documents().create({
    data: { email: 'marker-seen@example.org', lastName: 'Marker-Seen', notes: 'Marker-note' },
  });
  await documents().create({ data: { email: 'marker-other@example.org', phone: '+49 30 1' } });
  ({
    dataSubject: { documentId: person },
  } = await documents().findOne({
    documentId: contact.documentId,
    populate: { dataSubject: true },
  }));
});
afterAll(async () => {
  await app.stop();
});

const open = (headers: Record<string, string>) =>
  app
    .http()
    .get(`/content-manager/collection-types/${CONTACT}/${String(contact.documentId)}`)
    .set(headers)
    .expect(200);

test('staff by role, with how often and when, and nobody’s name', async () => {
  const before = Date.now();
  await open(admin);
  await open(admin);
  await open(masked);
  const staff = (await view()).filter(({ kind }) => kind === 'staff');
  expect(staff.map(({ label, seen, masked: hidden, actors }) => ({ label, seen, hidden, actors }))).toEqual(
    expect.arrayContaining([
      { label: 'Super Admin', seen: 2, hidden: 0, actors: 1 },
      { label: expect.stringMatching(/^role-/), seen: 0, hidden: 1, actors: 1 },
    ]),
  );
  const [mine] = staff.filter(({ label }) => label === 'Super Admin');
  expect(mine.first.getTime()).toBeGreaterThanOrEqual(before);
  expect(mine.last.getTime()).toBeGreaterThanOrEqual(mine.first.getTime());
  expect(mine.data[CONTACT]).toEqual(['email', 'lastName', 'notes']);
  expect(JSON.stringify(staff)).not.toMatch(/strapi-super-admin|admin:\d/);
  const named = (await view({ naming: true })).find(({ label }) => label === 'Super Admin');
  expect(named.names).toEqual(['Test strapi-super-admin']);
});

test('a list with other people in it counts, with what was shown of this person’s type', async () => {
  const before = (await view()).find(({ kind }) => kind === 'system')?.seen ?? 0;
  await app.http().get('/api/gdpr/contacts').set(token).expect(200);
  expect(await only('system')).toMatchObject({
    label: expect.stringMatching(/^full-access-/),
    seen: Number(before) + 1,
  });
});

test('changes, exports with their purpose, and code by its name', async () => {
  await app
    .http()
    .put(`/api/gdpr/contacts/${String(contact.documentId)}`)
    .set(token)
    .send({ data: { notes: 'Marker-new' } })
    .expect(200);
  expect(await only('system')).toMatchObject({ changed: 1 });
  await service().withPurpose('mailing-7', () =>
    service().asExport('newsletter', () =>
      documents().findMany({ filters: { email: 'marker-seen@example.org' } }),
    ),
  );
  expect(await only('export')).toMatchObject({ label: 'newsletter', seen: 1, purposes: ['mailing-7'] });
  await service().runAs('nightly.mjs', () =>
    documents().findFirst({ filters: { email: 'marker-seen@example.org' } }),
  );
  const code = (await view()).filter(({ kind, label }) => kind === 'code' && label === 'nightly.mjs');
  expect(code).toMatchObject([{ seen: 1, actors: 0 }]);
});

test('whoever looked at old values, or at whether an address is known, is among them', async () => {
  const count = async (): Promise<number> => (await view()).find(({ label }) => label === 'Super Admin').seen;
  const before = await count();
  const { entries } = await auditOf(app).trail.find({ person, action: 'update', limit: 1 });
  await app
    .http()
    .get(`/gdpr/audit/entries/${String(entries[0].index)}/values`)
    .set(admin)
    .expect(200);
  expect(await count()).toBe(before + 1);
  await app
    .http()
    .post('/gdpr/audit/person')
    .set(admin)
    .send({ email: 'marker-seen@example.org' })
    .expect(200);
  expect(await count()).toBe(before + 2);
});

test('what was refused, and what was about others, is not', async () => {
  const before = await view();
  const nobody = await apiToken(app, 'custom', [`${LEAD}.find`]);
  await app
    .http()
    .get(`/api/gdpr/contacts/${String(contact.documentId)}`)
    .set(nobody)
    .expect(403);
  await documents().findMany({ filters: { email: 'marker-other@example.org' } });
  expect(await view()).toEqual(before);
});

test('disclosures that other rooms know of stand beside it', async () => {
  const at = new Date('2026-01-02T03:04:05Z');
  auditOf(app).registerDisclosures((of: string) =>
    Promise.resolve(of === person ? [{ label: 'Parcel services', at, purpose: 'delivery' }] : []),
  );
  expect(await only('disclosure')).toMatchObject({
    label: 'Parcel services',
    first: at,
    last: at,
    purposes: ['delivery'],
  });
});

test('of somebody whom nobody knows there is nothing', async () => {
  expect(await service().recipientsOf('nobodynobodynobodynobody')).toEqual({
    recipients: [],
    prunedEntries: 0,
  });
});
