import { apiToken, signInAdmin } from '../../support/accounts';
import { CONTACT, DATA_SUBJECT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let admin: Record<string, string>;

beforeAll(async () => {
  app = await startStrapi();
  admin = await signInAdmin(app);
});
afterAll(async () => {
  await app.stop();
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const query = (uid: string) => app.strapi.db.query(uid) as any;
const people = (): any => app.strapi.plugin('gdpr').service('people');
const subjectOf = async (uid: string, documentId: string): Promise<any> =>
  (await documents(uid).findOne({ documentId, populate: ['dataSubject'] })).dataSubject;

describe('a data subject', () => {
  test('is one for one address, however it is spelt, across leads and contacts', async () => {
    const contact = await documents(CONTACT).create({ data: { email: 'Iris@Bücher.example' } });
    const lead = await documents(LEAD).create({ data: { email: 'iris@xn--bcher-kva.example' } });
    const [one, two] = [await subjectOf(CONTACT, contact.documentId), await subjectOf(LEAD, lead.documentId)];
    expect(one.documentId).toBe(two.documentId);
    expect(await query(DATA_SUBJECT).count({ where: { email: 'iris@xn--bcher-kva.example' } })).toBe(1);
  });

  test('is one, also when fifty records of a new address are created at once', async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        documents(at % 2 === 0 ? CONTACT : LEAD).create({ data: { email: 'crowd@example.org' } }),
      ),
    );
    expect(await query(DATA_SUBJECT).count({ where: { email: 'crowd@example.org' } })).toBe(1);
  });

  test('keeps its records when the address changes, and splits when others keep the old one', async () => {
    const { documentId } = await documents(CONTACT).create({ data: { email: 'old@example.org' } });
    const before = await subjectOf(CONTACT, documentId);
    await documents(CONTACT).update({ documentId, data: { email: 'new@example.org' } });
    expect(await subjectOf(CONTACT, documentId)).toMatchObject({
      documentId: before.documentId,
      email: 'new@example.org',
    });

    const lead = await documents(LEAD).create({ data: { email: 'new@example.org' } });
    await documents(CONTACT).update({ documentId, data: { email: 'another@example.org' } });
    expect((await subjectOf(LEAD, lead.documentId)).documentId).toBe(before.documentId);
    const after = await subjectOf(CONTACT, documentId);
    expect(after).toMatchObject({ email: 'another@example.org' });
    expect(after.documentId).not.toBe(before.documentId);
    // Sealed anew under the other person's key.
    expect((await documents(CONTACT).findOne({ documentId })).email).toBe('another@example.org');
  });

  test('is who somebody says it is', async () => {
    const { id, documentId } = await query(DATA_SUBJECT).create({ data: { email: 'chosen@example.org' } });
    const contact = await documents(CONTACT).create({
      data: { email: 'second-mailbox@example.org', dataSubject: id },
    });
    expect((await subjectOf(CONTACT, contact.documentId)).documentId).toBe(documentId);
  });

  test('cannot be given the address of another', async () => {
    await documents(DATA_SUBJECT).create({ data: { email: 'taken@example.org' } });
    const other = await documents(DATA_SUBJECT).create({ data: { email: 'free@example.org' } });
    const refusal = { name: 'ValidationError', message: 'This attribute must be unique' };
    await expect(
      documents(DATA_SUBJECT).create({ data: { email: 'TAKEN@example.org' } }),
    ).rejects.toMatchObject(refusal);
    await expect(
      documents(DATA_SUBJECT).update({ documentId: other.documentId, data: { email: 'taken@example.org' } }),
    ).rejects.toMatchObject(refusal);
    await documents(DATA_SUBJECT).update({
      documentId: other.documentId,
      data: { email: 'FREE@example.org' },
    });
    expect(await query(DATA_SUBJECT).count({ where: { email: 'FREE@example.org' } })).toBe(1);
  });

  test('of a contact without an address is somebody of their own', async () => {
    const [one, two] = [
      await documents(CONTACT).create({ data: { firstName: 'A' } }),
      await documents(CONTACT).create({ data: { firstName: 'B' } }),
    ];
    const subjects = [await subjectOf(CONTACT, one.documentId), await subjectOf(CONTACT, two.documentId)];
    expect(subjects[0].documentId).not.toBe(subjects[1].documentId);
    expect(subjects[0].email).toBeNull();
  });
});

describe('converting a lead', () => {
  test('makes a contact of the same data subject, once', async () => {
    const lead = await documents(LEAD).create({
      data: { email: 'lead@example.org', firstName: 'Lee', message: 'Call me', company: 'Co' },
    });
    const path = `/gdpr/leads/${lead.documentId}/convert`;
    const answer = await app.http().post(path).set(admin);
    expect(answer.status).toBe(201);
    const contact = await documents(CONTACT).findOne({
      documentId: answer.body.data.documentId,
      populate: ['dataSubject'],
    });
    expect(contact).toMatchObject({
      email: 'lead@example.org',
      firstName: 'Lee',
      notes: 'Call me',
      company: 'Co',
    });
    expect(contact.dataSubject.documentId).toBe((await subjectOf(LEAD, lead.documentId)).documentId);
    expect(await documents(LEAD).findOne({ documentId: lead.documentId })).toMatchObject({
      leadStatus: 'converted',
    });

    const again = await app.http().post(path).set(admin);
    expect(again.status).toBe(409);
    expect(again.body.error.details.code).toBe('already-converted');
    expect((await app.http().post('/gdpr/leads/none/convert').set(admin)).status).toBe(404);
    expect((await app.http().post(path)).status).toBe(401);
    expect(await query(CONTACT).count({ where: { email: 'lead@example.org' } })).toBe(1);
  });

  test('by two people at once makes one contact', async () => {
    const { documentId } = await documents(LEAD).create({ data: { email: 'double@example.org' } });
    const results = await Promise.allSettled([
      people().convertLead(documentId),
      people().convertLead(documentId),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await query(CONTACT).count({ where: { email: 'double@example.org' } })).toBe(1);
  });
});

describe('by REST', () => {
  test('a token of full access creates, filters, updates and deletes; sealed and keys never show', async () => {
    const token = await apiToken(app, 'full-access');
    const created = await app
      .http()
      .post('/api/gdpr/contacts')
      .set(token)
      .send({ data: { email: 'rest@example.org', lastName: 'Rest' } });
    expect(created.status).toBe(201);
    expect(created.body.data).toMatchObject({ email: 'rest@example.org', lastName: 'Rest' });
    const id = created.body.data.documentId;
    const found = await app
      .http()
      .get('/api/gdpr/contacts')
      .query({ 'filters[email][$eq]': 'rest@example.org', populate: '*' })
      .set(token);
    expect(found.body.data).toHaveLength(1);
    expect(found.body.meta.pagination.total).toBe(1);
    expect(found.text).not.toMatch(/"(sealed|emailKey)"/);
    expect(
      (
        await app
          .http()
          .put(`/api/gdpr/contacts/${id}`)
          .set(token)
          .send({ data: { lastName: 'Changed' } })
      ).body.data.lastName,
    ).toBe('Changed');
    expect((await app.http().delete(`/api/gdpr/contacts/${id}`).set(token)).status).toBe(204);
    expect((await app.http().get(`/api/gdpr/contacts/${id}`).set(token)).status).toBe(404);
  });

  test('nobody and other tokens get nothing; what cannot be answered is a 400', async () => {
    expect((await app.http().get('/api/gdpr/contacts')).status).toBe(403);
    const leadsOnly = await apiToken(app, 'custom', ['plugin::gdpr.lead.find']);
    expect((await app.http().get('/api/gdpr/contacts').set(leadsOnly)).status).toBe(403);
    expect((await app.http().get('/api/gdpr/leads').set(leadsOnly)).status).toBe(200);
    const token = await apiToken(app, 'full-access');
    for (const parameters of [
      'sort=email',
      'filters[notes][$contains]=x',
      'filters[sealed][$eq]=x',
      'sort=sealed',
      'filters[dataSubject][emailKey]=x',
    ]) {
      const answer = await app.http().get(`/api/gdpr/contacts?${parameters}`).set(token);
      expect([parameters, answer.status]).toEqual([parameters, 400]);
    }
  });
});

describe('in the content manager', () => {
  const list = (uid: string, parameters = '') =>
    app.http().get(`/content-manager/collection-types/${uid}?${parameters}`).set(admin);

  test('lists, searches and opens without offering what sealed data cannot do', async () => {
    await documents(CONTACT).create({
      data: { firstName: 'Zora', lastName: 'Neale', email: 'zora@example.org' },
    });
    const configuration = await app
      .http()
      .get(`/content-manager/content-types/${CONTACT}/configuration`)
      .set(admin);
    const { settings, metadatas, layouts } = configuration.body.data.contentType;
    expect(settings).toMatchObject({
      mainField: 'lastName',
      defaultSortBy: 'createdAt',
      defaultSortOrder: 'DESC',
    });
    expect(metadatas.email.list.sortable).toBe(false);
    expect(layouts.list).toContain('lastName');
    expect(JSON.stringify(layouts)).not.toContain('sealed');

    const sorted = await list(
      CONTACT,
      `page=1&pageSize=100&sort=${settings.defaultSortBy}:${settings.defaultSortOrder}`,
    );
    expect(sorted.status).toBe(200);
    const searched = await list(CONTACT, '_q=neal');
    expect(searched.body.results.map(({ email }: any) => email)).toEqual(['zora@example.org']);
    expect(searched.body.pagination.total).toBe(1);
    const opened = await app
      .http()
      .get(`/content-manager/collection-types/${CONTACT}/${searched.body.results[0].documentId}`)
      .set(admin);
    expect(opened.body.data.firstName).toBe('Zora');
    expect(opened.text).not.toContain('"sealed"');
  });

  test('the relation picker lists and searches people by name', async () => {
    const lead = await documents(LEAD).create({ data: { email: 'picker@example.org' } });
    const pick = (parameters: string) =>
      app
        .http()
        .get(
          `/content-manager/relations/${LEAD}/convertedContact?id=${String(lead.documentId)}&${parameters}`,
        )
        .set(admin);
    expect((await pick('pageSize=10&page=1&_q=')).status).toBe(200);
    const found = await pick('pageSize=10&page=1&_q=Neal');
    expect(found.body.results.map(({ lastName }: any) => lastName)).toEqual(['Neale']);
  });

  test('sealed cannot be written or read by a form', async () => {
    const { documentId } = await documents(CONTACT).create({ data: { email: 'form@example.org' } });
    // As the edit view sends it, relations included.
    const put = await app
      .http()
      .put(`/content-manager/collection-types/${CONTACT}/${documentId}`)
      .set(admin)
      .send({ sealed: 'AAAA', lastName: 'Form', dataSubject: { connect: [], disconnect: [] } });
    expect(put.status).toBe(200);
    expect((await documents(CONTACT).findOne({ documentId })).lastName).toBe('Form');
  });

  test('Editor and Author see no personal data until somebody grants it', async () => {
    for (const role of ['strapi-editor', 'strapi-author']) {
      const headers = await signInAdmin(app, role);
      for (const uid of [CONTACT, LEAD, DATA_SUBJECT]) {
        expect((await app.http().get(`/content-manager/collection-types/${uid}`).set(headers)).status).toBe(
          403,
        );
      }
    }
  });

  test('bulk deletion removes rows and what found them', async () => {
    const ids = [];
    for (const email of ['bulk-1@example.org', 'bulk-2@example.org'])
      ids.push((await documents(CONTACT).create({ data: { email } })).documentId);
    const answer = await app
      .http()
      .post(`/content-manager/collection-types/${CONTACT}/actions/bulkDelete`)
      .set(admin)
      .send({ documentIds: ids });
    expect(answer.status).toBe(200);
    expect(
      await query(CONTACT).count({ where: { email: { $in: ['bulk-1@example.org', 'bulk-2@example.org'] } } }),
    ).toBe(0);
  });
});
