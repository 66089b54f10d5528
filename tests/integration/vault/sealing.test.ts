import { CONTACT, DATA_SUBJECT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

const ada = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.org',
  phone: '+44 20 7946 0000',
  dateOfBirth: '1815-12-10',
  notes: 'Countess',
  company: 'Analytical Engines',
};
const documents = (uid = CONTACT) => app.strapi.documents(uid as never) as any;
const query = (uid = CONTACT) => app.strapi.db.query(uid) as any;
const create = (data: object): Promise<any> => documents().create({ data });
const PROTECTED = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'mobile',
  'street',
  'postal_code',
  'city',
  'date_of_birth',
  'job_title',
  'notes',
];

afterEach(async () => {
  for (const uid of [CONTACT, LEAD, DATA_SUBJECT]) await query(uid).deleteMany({});
});

describe('writing', () => {
  test('create: the row holds one sealed record, and nothing in its protected columns', async () => {
    const contact = await create(ada);
    expect(contact).toMatchObject(ada);
    expect(contact).not.toHaveProperty('sealed');
    const row = await app.knex('gdpr_contacts').where({ id: contact.id }).first();
    for (const column of PROTECTED) expect(row[column]).toBeNull();
    expect(row.sealed).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(row.company).toBe(ada.company);
  });

  test('createMany, updateMany, deleteMany seal, index and clean up', async () => {
    const { count, ids } = await query().createMany({
      data: [
        { ...ada, email: 'a@example.org' },
        { ...ada, email: 'b@example.org' },
      ],
    });
    expect(count).toBe(2);
    expect(ids.length).toBeGreaterThan(0);
    await query().updateMany({
      where: { lastName: 'Lovelace' },
      data: { lastName: 'Byron', company: 'None' },
    });
    expect(await query().count({ where: { lastName: 'Lovelace' } })).toBe(0);
    const renamed = await query().findMany({ where: { lastName: 'Byron' }, orderBy: { id: 'asc' } });
    expect(renamed.map(({ email, company }: any) => [email, company])).toEqual([
      ['a@example.org', 'None'],
      ['b@example.org', 'None'],
    ]);
    await query().deleteMany({ where: { email: { $in: ['a@example.org', 'b@example.org'] } } });
    expect(await query().count()).toBe(0);
    await query(DATA_SUBJECT).deleteMany({});
    expect(Number((await app.knex('gdpr_blind_index').count({ n: '*' }))[0]?.['n'])).toBe(0);
  });

  test('a partial update keeps what it does not name; null removes', async () => {
    const { documentId } = await create(ada);
    expect(
      await documents().update({ documentId, data: { phone: null, notes: 'Mathematician' } }),
    ).toMatchObject({ ...ada, phone: null, notes: 'Mathematician' });
    expect(await query().update({ where: { documentId }, data: { company: 'Changed' } })).toMatchObject({
      firstName: 'Ada',
      company: 'Changed',
    });
    expect(await query().count({ where: { phone: ada.phone } })).toBe(0);
  });

  test.each(['document service', 'db.query'])(
    'thirty partial updates of one record at once lose nothing, by the %s',
    async (path) => {
      const { documentId } = await create(ada);
      const names = [
        'firstName',
        'lastName',
        'phone',
        'mobile',
        'street',
        'postalCode',
        'city',
        'jobTitle',
        'notes',
        'company',
      ];
      for (let round = 0; round < 3; round += 1) {
        await Promise.all(
          names.map((name) => {
            const data = { [name]: `${name} ${round}` };
            return path === 'db.query'
              ? query().update({ where: { documentId }, data })
              : documents().update({ documentId, data });
          }),
        );
        const record = await documents().findOne({ documentId });
        for (const name of names) expect(record[name]).toBe(`${name} ${round}`);
      }
    },
  );

  test('the caller’s own data and parameters stay as they were', async () => {
    const data = { ...ada };
    const params = { where: { email: ada.email }, select: ['email'] };
    await query().create({ data });
    await query().findMany(params);
    await query().findMany(params);
    // Strapi itself adds its timestamps to what it is given.
    expect(data).toEqual({ ...ada, createdAt: expect.any(Date), updatedAt: expect.any(Date) });
    expect(params).toEqual({ where: { email: ada.email }, select: ['email'] });
  });

  test('a failed write leaves nothing behind: no row, no token, no key', async () => {
    const counts = () =>
      Promise.all(
        ['gdpr_contacts', 'gdpr_data_subjects', 'gdpr_blind_index', 'gdpr_data_keys'].map(async (table) =>
          Number((await app.knex(table).count({ n: '*' }))[0]?.['n']),
        ),
      );
    const before = await counts();
    const stop = app.strapi.db.lifecycles.subscribe({
      models: [CONTACT],
      afterCreate() {
        throw new Error('a project’s own hook fails');
      },
    });
    await expect(query().create({ data: { ...ada, email: 'rolled-back@example.org' } })).rejects.toThrow(
      'own hook',
    );
    stop();
    expect(await counts()).toEqual(before);
  });

  test('a project’s own hooks see and change plain values', async () => {
    const seen: unknown[] = [];
    const stop = app.strapi.db.lifecycles.subscribe({
      models: [CONTACT],
      beforeCreate({ params }: any) {
        seen.push(params.data.email);
        params.data = { ...params.data, lastName: params.data.lastName.toUpperCase() };
      },
      afterCreate({ result }: any) {
        seen.push(result.lastName);
      },
    });
    const contact = await create(ada);
    stop();
    expect(seen).toEqual([ada.email, 'LOVELACE']);
    expect(contact.lastName).toBe('LOVELACE');
  });
});

describe('reading', () => {
  test('a selection of some protected attributes opens just those', async () => {
    await create(ada);
    expect(await query().findMany({ select: ['email', 'company'] })).toEqual([
      expect.objectContaining({ email: ada.email, company: ada.company }),
    ]);
    const [row] = await query().findMany({ select: ['email'] });
    expect(Object.keys(row)).toEqual(['email']);
    const [document] = await documents().findMany({ fields: ['lastName'] });
    expect(document).toEqual({
      id: expect.any(Number),
      documentId: expect.any(String),
      lastName: 'Lovelace',
    });
  });

  test('populated relations are opened at any depth, with and without a selection', async () => {
    await create(ada);
    const deep = await query().findMany({
      populate: {
        dataSubject: { populate: { contacts: { select: ['lastName'], populate: { dataSubject: true } } } },
      },
    });
    const [contact] = deep[0].dataSubject.contacts;
    expect(deep[0].dataSubject.email).toBe(ada.email);
    expect(contact.lastName).toBe('Lovelace');
    expect(contact).not.toHaveProperty('sealed');
    expect(contact.dataSubject.email).toBe(ada.email);
    const paths = await query().findOne({ populate: ['dataSubject.contacts'] });
    expect(paths.dataSubject.contacts[0].firstName).toBe('Ada');
    const all = await query(DATA_SUBJECT).findOne({ populate: true });
    expect(all.contacts[0].email).toBe(ada.email);
  });

  test('a project’s own document middleware reads plain values after a write', async () => {
    let read: any = null;
    app.strapi.documents.use(async (context: any, next: any) => {
      const result = await next();
      if (context.uid === CONTACT && context.action === 'create') {
        read = await query().findOne({ where: { id: result.id }, populate: { dataSubject: true } });
      }
      return result;
    });
    await create(ada);
    expect(read).toMatchObject({ ...ada, dataSubject: { email: ada.email } });
  });

  test('filters inside populate find by sealed values', async () => {
    await create(ada);
    await create({ ...ada, firstName: 'Annabella' });
    const subject = await query(DATA_SUBJECT).findOne({
      populate: { contacts: { where: { firstName: 'Annabella' } } },
    });
    expect(subject.contacts.map(({ firstName }: any) => firstName)).toEqual(['Annabella']);
  });

  test('a flipped bit or a record swapped with another row’s is an error for one, NULLs in a list, and never plaintext', async () => {
    const first = await create(ada);
    const second = await create({ ...ada, email: 'grace@example.org', firstName: 'Grace' });
    const sealed = async (id: number): Promise<string> =>
      (await app.knex('gdpr_contacts').where({ id }).first()).sealed;
    const original = await sealed(first.id);
    const flipped = Buffer.from(original, 'base64');
    flipped[flipped.length - 20] = (flipped[flipped.length - 20] ?? 0) ^ 1;
    for (const forged of [flipped.toString('base64'), await sealed(second.id), 'rubbish', '']) {
      await app.knex('gdpr_contacts').where({ id: first.id }).update({ sealed: forged });
      await expect(documents().findOne({ documentId: first.documentId })).rejects.toThrow(
        'does not authenticate',
      );
      const list = await documents().findMany({ sort: 'id' });
      expect(list.map(({ email }: any) => email)).toEqual([null, 'grace@example.org']);
      await expect(
        documents().update({ documentId: first.documentId, data: { notes: 'x' } }),
      ).rejects.toThrow('does not authenticate');
    }
    await documents().delete({ documentId: first.documentId });
    expect(await documents().count({})).toBe(1);
  });
});

describe('searching', () => {
  beforeEach(async () => {
    await create(ada);
    await create({ firstName: 'Grace', lastName: 'Hopper', email: 'Grace@example.org', company: 'Navy' });
    await create({ firstName: 'Nobody', company: 'Navy' });
  });
  const found = async (filters: object): Promise<string[]> => {
    const list = await documents().findMany({ filters, sort: 'id' });
    expect(await documents().count({ filters })).toBe(list.length);
    return list.map(({ firstName }: any) => firstName);
  };

  test.each<[object, string[]]>([
    [{ email: 'ada@example.org' }, ['Ada']],
    [{ email: { $eq: 'grace@example.org' } }, []],
    [{ email: { $eqi: 'grace@example.org' } }, ['Grace']],
    [{ email: { $ne: 'ada@example.org' } }, ['Grace']],
    [{ email: { $in: ['ada@example.org', 'nobody@example.org'] } }, ['Ada']],
    [{ email: { $notIn: ['ada@example.org'] } }, ['Grace']],
    [{ email: { $null: true } }, ['Nobody']],
    [{ email: { $notNull: true } }, ['Ada', 'Grace']],
    [{ $not: { email: 'ada@example.org' } }, ['Grace']],
    [{ $or: [{ email: 'ada@example.org' }, { lastName: 'Hopper' }] }, ['Ada', 'Grace']],
    [{ $or: [{ email: 'ada@example.org' }, { company: 'Navy' }] }, ['Ada', 'Grace', 'Nobody']],
    [{ $and: [{ company: 'Navy' }, { lastName: 'Hopper' }] }, ['Grace']],
    [{ lastName: { $startsWith: 'Lov' } }, ['Ada']],
    [{ lastName: { $startsWithi: 'HOP' } }, ['Grace']],
    [{ dataSubject: { email: 'ada@example.org' } }, ['Ada']],
    [{ dataSubject: { contacts: { lastName: 'Hopper' } } }, ['Grace']],
  ])('%j', async (filters, names) => {
    expect(await found(filters)).toEqual(names);
  });

  test.each<[object, string]>([
    [{ email: { $contains: 'ada' } }, 'email'],
    [{ email: { $gt: 'a' } }, 'email'],
    [{ notes: 'Countess' }, 'notes'],
    [{ $or: [{ company: 'x' }, { $not: { notes: { $startsWith: 'C' } } }] }, 'notes'],
    [{ dataSubject: { contacts: { notes: 'Countess' } } }, 'notes'],
  ])('%j is a 400 that names the attribute', async (filters, attribute) => {
    await expect(documents().findMany({ filters })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(`"${attribute}" is encrypted`),
      details: { code: 'protected-filter-unsupported', attribute },
    });
  });

  test('sorting by a protected attribute is a 400, also through a relation', async () => {
    await expect(documents().findMany({ sort: 'email' })).rejects.toThrow('cannot be sorted by');
    await expect(
      documents(DATA_SUBJECT).findMany({ sort: { contacts: { lastName: 'asc' } } }),
    ).rejects.toThrow('cannot be sorted by');
  });

  test.each([
    ['lovel', ['Ada']],
    ['ada love', ['Ada']],
    ['grace@example.org', ['Grace']],
    ['navy', ['Grace', 'Nobody']],
    ['zzz', []],
  ])('the search box finds %p', async (_q, names) => {
    const list = await query().findMany({ _q, orderBy: 'id' });
    expect(list.map(({ firstName }: any) => firstName)).toEqual(names);
    expect(await query().count({ _q })).toBe(names.length);
  });
});
