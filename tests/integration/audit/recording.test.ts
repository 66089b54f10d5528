import { apiToken, signInAdmin } from '../../support/accounts';
import { auditOf, entriesSince, logSize, recorded } from '../../support/audit';
import { dumpDatabase } from '../../support/dump';
import { failureOf } from '../../support/failure';
import { CONTACT, DATA_SUBJECT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let admin: Record<string, string>;
let token: Record<string, string>;

beforeAll(async () => {
  app = await startStrapi();
  admin = await signInAdmin(app);
  token = await apiToken(app, 'full-access');
});
afterAll(async () => {
  await app.stop();
});

const documents = (uid = CONTACT): any => app.strapi.documents(uid as never);
const query = (uid = CONTACT): any => app.strapi.db.query(uid);
const service = (): any => app.strapi.plugin('gdpr').service('audit');
let people = 0;
const person = (): any => ({
  firstName: 'Marker-Ada',
  lastName: 'Marker-Lovelace',
  email: `marker-ada-${(people += 1)}@example.org`,
  notes: 'Marker-Countess',
});

describe('reads', () => {
  let ids: number[];
  beforeAll(async () => {
    for (const uid of [CONTACT, LEAD, DATA_SUBJECT]) await query(uid).deleteMany({});
    ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await documents().create({ data: person() })).id);
  });

  test('a REST list is one entry: who, from where, which records, which attributes, and no name or address', async () => {
    const [entry, ...more] = await recorded(app, () =>
      app.http().get('/api/gdpr/contacts').set(token).expect(200),
    );
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      action: 'read',
      source: 'rest',
      actor: expect.stringMatching(/^api-token:\d+$/),
      ip: '127.0.0.0',
      records: [{ type: CONTACT, ids, attributes: ['firstName', 'lastName', 'email', 'notes'] }],
    });
  });

  test('the content manager is its own source, and the actor is the administrator', async () => {
    const [contact] = await query().findMany({ limit: 1 });
    const entries = await recorded(app, async () => {
      await app.http().get(`/content-manager/collection-types/${CONTACT}`).set(admin).expect(200);
      await app
        .http()
        .get(`/content-manager/collection-types/${CONTACT}/${contact.documentId}`)
        .set(admin)
        .expect(200);
    });
    const reads = entries.filter(({ source }) => source === 'content-manager');
    expect(reads).toHaveLength(2);
    for (const read of reads)
      expect(read).toMatchObject({ action: 'read', actor: expect.stringMatching(/^admin:\d+$/) });
    expect(reads[0]?.['records'].find(({ type }: any) => type === CONTACT).ids).toEqual(ids);
    expect(reads[1]?.['records'].find(({ type }: any) => type === CONTACT).ids).toEqual([contact.id]);
  });

  test('populated records count, at any depth', async () => {
    const [entry] = await recorded(app, () => query(DATA_SUBJECT).findMany({ populate: { contacts: true } }));
    expect(entry?.['records'].map(({ type }: any) => type).sort()).toEqual([CONTACT, DATA_SUBJECT]);
  });

  test('a selection without ids is told by ids all the same', async () => {
    const [entry] = await recorded(app, async () => {
      const [row] = await query().findMany({ select: ['email'], orderBy: 'id', limit: 1 });
      expect(Object.keys(row)).toEqual(['email']);
    });
    expect(entry?.['records']).toEqual([{ type: CONTACT, ids: [ids[0]], attributes: ['email'] }]);
  });

  test('what shows nothing personal is no entry: a count, a list without protected attributes', async () => {
    expect(
      await recorded(app, async () => {
        await documents().count({});
        await query().findMany({ select: ['company'] });
      }),
    ).toEqual([]);
  });

  test('code without a request is the system, named after its script, its job or its command', async () => {
    const read = (): Promise<unknown> => documents().findMany({});
    expect(await recorded(app, read)).toEqual([
      expect.objectContaining({ actor: 'system', source: 'code', name: expect.any(String) }),
    ]);
    expect(await recorded(app, () => service().runAs('nightly-report', read))).toEqual([
      expect.objectContaining({ actor: 'system', source: 'code', name: 'nightly-report' }),
    ]);
    const command = { kind: 'command', name: 'subject-export' };
    expect(await recorded(app, () => auditOf(app).runAs(command, read))).toEqual([
      expect.objectContaining({ actor: 'command', source: 'command', name: 'subject-export' }),
    ]);
    const begin = await logSize(app);
    await app
      .http()
      .post('/api/gdpr/subscriptions')
      .send({ email: 'job@example.org', purposes: ['newsletter'] });
    await app.drain();
    const jobs = (await entriesSince(app, begin)).filter(({ action }) => action === 'read');
    expect(jobs.length).toBeGreaterThan(0);
    for (const entry of jobs) expect(entry).toMatchObject({ actor: 'system', source: 'job' });
    expect(jobs.map(({ name }) => name)).toContain('outbox');
  });

  test('a purpose stands in the entry; what could hold a name is refused', async () => {
    const [entry] = await recorded(app, () =>
      service().withPurpose('support-ticket-4711', () => documents().findFirst({})),
    );
    expect(entry).toMatchObject({ action: 'read', purpose: 'support-ticket-4711' });
    expect(() => service().withPurpose('for Ada Lovelace', () => 1)).toThrow('must be a reference');
  });

  test('an export is one entry, however many records', async () => {
    await query().createMany({ data: Array.from({ length: 1_200 }, person) });
    const entries = await recorded(app, () =>
      service().asExport('contacts-csv', async () => {
        for (let start = 0; start < 1_203; start += 100)
          await documents().findMany({ start, limit: 100, sort: 'id' });
      }),
    );
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      action: 'export',
      details: { what: 'contacts-csv', outcome: 'complete' },
    });
    expect(entries[0]?.['records'][0].ids).toHaveLength(1_203);
  });

  test('a forged X-Forwarded-For says nothing, unless Strapi is told to trust a proxy', async () => {
    const get = () => app.http().get('/api/gdpr/contacts').set(token).set('X-Forwarded-For', '203.0.113.77');
    expect((await recorded(app, get))[0]).toMatchObject({ ip: '127.0.0.0' });
    app.strapi.server.app.proxy = true;
    expect((await recorded(app, get))[0]).toMatchObject({ ip: '203.0.113.0' });
    app.strapi.server.app.proxy = false;
  });
});

describe('writes', () => {
  test('create, update and delete are one entry each, with what changed and old and new values sealed beside it', async () => {
    const data = person();
    const entries = await recorded(app, async () => {
      const { documentId } = await documents().create({ data });
      await documents().update({
        documentId,
        data: { notes: 'Marker-Mathematician', company: 'not personal' },
      });
      await documents().delete({ documentId });
    });
    expect(entries.map(({ action }) => action)).toEqual(['create', 'update', 'delete']);
    const [create, update, remove] = entries.map(({ records }) =>
      records.find(({ type }: any) => type === CONTACT),
    );
    expect(create).toMatchObject({
      change: 'create',
      attributes: ['firstName', 'lastName', 'email', 'notes'],
    });
    expect(create.documents).toHaveLength(1);
    expect(create.subjects).toHaveLength(1);
    expect(update).toMatchObject({ change: 'update', attributes: ['notes'], documents: create.documents });
    expect(remove).toMatchObject({
      change: 'delete',
      documents: create.documents,
      subjects: create.subjects,
    });

    const values = await Promise.all(entries.map(({ index }) => auditOf(app).trail.values(index)));
    expect(values[0]).toContainEqual(expect.objectContaining({ type: CONTACT, before: {}, after: data }));
    expect(values[1]).toEqual([
      expect.objectContaining({
        before: { notes: 'Marker-Countess' },
        after: { notes: 'Marker-Mathematician' },
      }),
    ]);
    expect(values[2]).toEqual([expect.objectContaining({ change: 'delete', after: {} })]);
  });

  test('a change over HTTP carries the actor, and reads on its way are part of it', async () => {
    const { documentId } = await documents().create({ data: person() });
    const entries = await recorded(app, () =>
      app
        .http()
        .put(`/api/gdpr/contacts/${documentId}`)
        .set(token)
        .send({ data: { notes: 'x' } })
        .expect(200),
    );
    expect(entries).toEqual([
      expect.objectContaining({
        action: 'update',
        source: 'rest',
        actor: expect.stringMatching(/^api-token/),
      }),
    ]);
  });

  test('many rows at once are one entry', async () => {
    const entries = await recorded(app, async () => {
      await query(LEAD).createMany({ data: Array.from({ length: 20 }, person) });
      await query(LEAD).updateMany({ where: {}, data: { message: 'Marker-All' } });
      await query(LEAD).deleteMany({});
    });
    const leads = entries.filter(({ records }) => records.some(({ type }: any) => type === LEAD));
    expect(leads.map(({ action }) => action)).toEqual(['create', 'update', 'delete']);
    for (const { records } of leads) {
      expect(records.find(({ type }: any) => type === LEAD).ids).toHaveLength(20);
    }
  });

  test('a change that is rolled back leaves no entry, a read before it does', async () => {
    const entries = await recorded(app, () =>
      failureOf(
        app.strapi.db.transaction(async () => {
          await documents().findFirst({});
          await documents().create({ data: person() });
          throw new Error('something else fails');
        }),
      ),
    );
    expect(entries.map(({ action }) => action)).toEqual(['read']);
  });

  test('work that rolls back by hand and goes on leaves no entry of what never was', async () => {
    const entries = await recorded(app, async () => {
      await app.strapi.db.transaction(async ({ rollback }: any) => {
        await documents().create({ data: { email: 'never-was@example.org' } });
        await rollback();
      });
    });
    expect(await documents().count({ filters: { email: 'never-was@example.org' } })).toBe(0);
    expect(entries).toEqual([]);
  });

  test('several document actions in one transaction are several entries', async () => {
    const entries = await recorded(app, () =>
      app.strapi.db.transaction(async () => {
        await documents().create({ data: person() });
        await documents(LEAD).create({ data: person() });
      }),
    );
    expect(entries.map(({ action }) => action)).toEqual(['create', 'create']);
  });
});

describe('what else has to be known', () => {
  test('a refused request names the type and no more than a documentId', async () => {
    const weak = await apiToken(app, 'custom', []);
    const { documentId } = await documents().create({ data: person() });
    const entries = await recorded(app, async () => {
      await app.http().get('/api/gdpr/contacts').set(weak).expect(403);
      await app.http().get(`/api/gdpr/contacts/${documentId}`).set(weak).expect(403);
      await app.http().get(`/content-manager/collection-types/${CONTACT}`).expect(401);
    });
    expect(entries.map(({ action, actor, details }) => ({ action, actor, details }))).toEqual([
      {
        action: 'denied',
        actor: expect.stringMatching(/^api-token:\d+$/),
        details: { method: 'GET', status: 403, type: CONTACT },
      },
      {
        action: 'denied',
        actor: expect.stringMatching(/^api-token:\d+$/),
        details: { method: 'GET', status: 403, type: CONTACT, document: documentId },
      },
      { action: 'denied', actor: 'public', details: { method: 'GET', status: 401, type: CONTACT } },
    ]);
  });

  test('a flood of refused requests from nobody is one entry, and their number is told', async () => {
    const begin = await logSize(app);
    for (let n = 0; n < 20; n += 1) await app.http().get('/api/gdpr/leads').expect(403);
    expect((await entriesSince(app, begin)).filter(({ action }) => action === 'denied')).toHaveLength(1);
    await auditOf(app).denials.settle();
    expect((await entriesSince(app, begin)).at(-1)).toMatchObject({
      action: 'denied',
      details: { repeated: 19 },
    });
  });

  test('a record that does not authenticate is an entry, also when the read fails', async () => {
    const { id, documentId } = await documents().create({ data: person() });
    await app.knex('gdpr_contacts').where({ id }).update({ sealed: 'rubbish' });
    const entries = await recorded(app, () => failureOf(documents().findOne({ documentId })));
    expect(entries).toEqual([
      expect.objectContaining({
        action: 'tampering',
        details: { reason: 'record-not-authentic', type: CONTACT, document: documentId },
      }),
    ]);
    await documents().delete({ documentId });
  });

  test('permissions on protected types that change hands are an entry, those on other types are none', async () => {
    const role = await app.strapi.db.query('admin::role').findOne({ where: { code: 'strapi-editor' } });
    const permission = (subject: string) => ({
      action: 'plugin::content-manager.explorer.read',
      subject,
      conditions: [],
      properties: {},
    });
    const save = (permissions: object[]) =>
      app.http().put(`/admin/roles/${role.id}/permissions`).set(admin).send({ permissions }).expect(200);
    const granted = await recorded(app, () => save([permission(CONTACT), permission(LEAD)]));
    expect(granted.filter(({ details }) => details?.change === 'granted')).toEqual([
      expect.objectContaining({
        action: 'permission',
        actor: expect.stringMatching(/^admin:/),
        details: {
          change: 'granted',
          of: `admin-role:${role.id}`,
          permissions: expect.arrayContaining([
            `plugin::content-manager.explorer.read ${CONTACT}`,
            `plugin::content-manager.explorer.read ${LEAD}`,
          ]),
        },
      }),
    ]);
    const revoked = await recorded(app, () => save([]));
    expect(revoked.some(({ details }) => details?.change === 'revoked')).toBe(true);
  });

  test('keys, unmasking and refusals that other rooms report; a reason is sealed', async () => {
    const vault = app.strapi.plugin('gdpr').service<any>('vault').of();
    const { documentId } = await documents().create({ data: person() });
    const [{ records }] = (await recorded(app, () =>
      documents().update({ documentId, data: { notes: 'z' } }),
    )) as any;
    const [subject] = records[0].subjects;
    const entries = await recorded(app, async () => {
      await vault.reportKeyOperation({ operation: 'key-encryption-key-rotated', detail: { keys: 12 } });
      const reason = 'Marker-Ada called about her bill';
      await vault.reportUnmask({ uid: CONTACT, documentId, attributes: ['email'], reason, subject });
      await vault.reportDenied({
        uid: 'made::up',
        documentId: 'marker-ada@example.org',
        reason: 'Marker-Ada',
      });
    });
    expect(entries.map(({ action }) => action)).toEqual(['key', 'unmask', 'denied']);
    expect(entries[1]).toMatchObject({
      details: { type: CONTACT, document: documentId, attributes: ['email'] },
    });
    expect(entries[2]).toMatchObject({ details: { what: 'unmask' } });
    expect(await auditOf(app).trail.values(entries[1]?.index)).toEqual([
      expect.objectContaining({ reason: 'Marker-Ada called about her bill' }),
    ]);
  });

  test('settings that changed between two boots are named, without their values', async () => {
    const begin = await logSize(app);
    await app.restart({ MAIL_FROM: 'marker-other@example.org' });
    const entries = (await entriesSince(app, begin)).filter(({ action }) => action === 'settings');
    expect(entries.map(({ details }) => details)).toEqual([{ changed: ['mailFrom'] }]);
  });
});

test('nothing personal and no secret stands in the audit trail, or anywhere else, in clear', async () => {
  await auditOf(app).sealer.complete();
  const dump = await dumpDatabase(app);
  expect(dump).not.toMatch(/marker-(ada|lovelace|countess|mathematician|all)/i);
  expect(dump).not.toContain(process.env['GDPR_MASTER_KEY']);
});
