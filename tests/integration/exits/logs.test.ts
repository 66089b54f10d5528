import { apiToken, signInAdmin } from '../../support/accounts';
import { addTypes, MARKED, markersIn, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

/** Everything that this process writes while it runs, by whatever way. */
const written: string[] = [];
const record = (chunk: unknown): void => void written.push(String(chunk));
const restore: (() => void)[] = [];
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk: never, ...rest: never[]) => {
    record(chunk);
    return write(chunk, ...rest);
  };
  restore.push(() => (stream.write = write));
}
// Jest's console does not write to the streams above until the suite has ended.
for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  const spy = jest.spyOn(console, name).mockImplementation((...parts: unknown[]) => record(parts.join(' ')));
  restore.push(() => spy.mockRestore());
}
const warned = (warning: Error): void => record(warning.stack);
process.on('warning', warned);

let app: TestStrapi;
let token: Record<string, string>;
let admin: Record<string, string>;

beforeAll(async () => {
  app = await startStrapi({
    env: { LOG_LEVEL: 'debug' },
    prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES),
  });
  token = await apiToken(app, 'full-access');
  admin = await signInAdmin(app);
});
afterAll(async () => {
  await app.stop();
  process.off('warning', warned);
  for (const undo of restore) undo();
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const query = (uid: string) => app.strapi.db.query(uid) as any;

/** Lets it fail, and looks at what was written, what came back, and what the error itself says. */
async function assertSilent(work: () => Promise<unknown>, mayRepeat = false): Promise<string> {
  written.length = 0;
  let outcome: unknown;
  try {
    outcome = await work();
  } catch (error) {
    outcome = error;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(markersIn(written.join('\n'))).toEqual([]);
  const said =
    typeof outcome === 'object' && outcome !== null && 'stack' in outcome
      ? [String(outcome.stack), JSON.stringify(outcome, Object.getOwnPropertyNames(outcome))].join('\n')
      : '';
  if (!mayRepeat) expect(markersIn(said)).toEqual([]);
  return said;
}

const contact = {
  email: 'zebediah@marker.example',
  firstName: 'Zebediah',
  lastName: 'Zebediah',
  notes: 'Zebediah',
};

test('the log is heard: at level debug every request stands in it', async () => {
  written.length = 0;
  await app.http().get('/api/samples').set(token);
  // The log is written after the answer.
  for (let wait = 0; wait < 100 && !written.join('\n').includes('/api/samples'); wait += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(written.join('\n')).toContain('/api/samples');
});

test('writes that succeed leave no value in the log', async () => {
  await assertSilent(() => documents(CONTACT).create({ data: contact }));
  await assertSilent(() => documents(SAMPLE).create({ data: { ...MARKED }, status: 'published' }));
  await assertSilent(() =>
    app
      .http()
      .post('/api/samples')
      .set(token)
      .send({ data: { ...MARKED } }),
  );
});

test.each<[string, () => Promise<unknown>]>([
  ['wrong types by db.query', () => query(SAMPLE).create({ data: { whole: 'Zebediah' } })],
  ['a wrong date', () => query(SAMPLE).create({ data: { day: 'Zebediah' } })],
  ['a wrong time', () => query(SAMPLE).create({ data: { hour: 'Zebediah' } })],
  ['a wrong choice', () => documents(SAMPLE).create({ data: { choice: 'Zebediah' }, status: 'published' })],
  [
    'a wrong address',
    () => documents(SAMPLE).create({ data: { address: 'Zebediah at marker' }, status: 'published' }),
  ],
  [
    'an address that another data subject has',
    async () => {
      const other = await documents('plugin::gdpr.data-subject').create({
        data: { email: 'other@example.org' },
      });
      return documents('plugin::gdpr.data-subject').update({
        documentId: other.documentId,
        data: { email: contact.email },
      });
    },
  ],
  [
    'a filter that cannot be answered',
    () => documents(SAMPLE).findMany({ filters: { longText: 'Zebediah' } }),
  ],
  [
    'a filter of the wrong type',
    () => documents(SAMPLE).findMany({ filters: { whole: 'Zebediah', day: 'Zebediah' } }),
  ],
  [
    'a plain column that does not take it',
    () => query(CONTACT).create({ data: { ...contact, company: 'x'.repeat(100_000) } }),
  ],
  ['a relation to nobody', () => query(CONTACT).create({ data: { ...contact, dataSubject: 99_999_999 } })],
])('%s: neither log nor error repeats the value', async (_title, work) => {
  await assertSilent(work);
});

test('Strapi’s own validator repeats a value of the wrong type to who sent it, and to nobody else', async () => {
  const wrong = { whole: 'Zebediah', day: 'Zebediah', moment: 'Zebediah' };
  expect(await assertSilent(() => documents(SAMPLE).create({ data: wrong }), true)).toContain('Zebediah');
  await assertSilent(() => app.http().post('/api/samples').set(token).send({ data: wrong }));
});

test('the guard that refuses plaintext does not repeat it', async () => {
  const said = await assertSilent(() =>
    app.knex('gdpr_contacts').insert({ email: contact.email, notes: 'Zebediah' }),
  );
  expect(said).toContain('must stay NULL');
  await assertSilent(() => app.knex('gdpr_contacts').update({ notes: 'Zebediah', company: 'Zebediah' }));
  await assertSilent(() =>
    app.knex.raw('INSERT INTO gdpr_contacts (email) VALUES (?)', ['zebediah@marker.example']),
  );
  await assertSilent(
    () =>
      app.strapi.db.transaction(({ trx }: any) =>
        trx('gdpr_no_such_table').insert({ email: 'Zebediah' }),
      ) as Promise<unknown>,
  );
});

test('a project’s own hook that fails does not make the vault tell', async () => {
  const stop = app.strapi.db.lifecycles.subscribe({
    models: [CONTACT],
    afterCreate() {
      throw new Error('the hook fails');
    },
  });
  expect(
    await assertSilent(() =>
      documents(CONTACT).create({ data: { ...contact, email: 'zebediah-2@marker.example' } }),
    ),
  ).toContain('the hook fails');
  stop();
});

test('a database that fails in the middle of a write: the client gets a bare 500, the log no value', async () => {
  await app.knex.schema.alterTable('samples', (table) => table.renameColumn('label', 'gone'));
  const answers: any[] = [];
  await assertSilent(async () => {
    answers.push(
      await app
        .http()
        .post('/api/samples')
        .set(token)
        .send({ data: { ...MARKED, label: 'x' } }),
    );
    answers.push(
      await app
        .http()
        .post(`/content-manager/collection-types/${SAMPLE}`)
        .set(admin)
        .send({ ...MARKED, label: 'x' }),
    );
  });
  await app.knex.schema.alterTable('samples', (table) => table.renameColumn('gone', 'label'));
  for (const { status, text } of answers) {
    expect(status).toBe(500);
    expect(text).not.toMatch(/insert|select|SQLITE|relation|column|node_modules|sealed/i);
    expect(markersIn(text)).toEqual([]);
  }
});

test('a packet that is too large is an error without its contents', async () => {
  if (app.database.client !== 'mysql') {
    // The other databases have no such limit: what is too large for the request is refused at the door.
    await assertSilent(() =>
      app
        .http()
        .post('/api/samples')
        .set(token)
        .send({ data: { longText: 'Zebediah '.repeat(200_000) } }),
    );
    return;
  }
  const [[row]] = await app.knex.raw('SELECT @@max_allowed_packet AS size');
  const said = await assertSilent(() =>
    documents(SAMPLE).create({ data: { longText: 'Zebediah '.repeat(Math.ceil(Number(row.size) / 6)) } }),
  );
  expect(said).not.toBe('');
}, 120_000);

test('a refusal over HTTP names the attribute and the way out, and repeats no stored value', async () => {
  for (const url of [
    '/api/samples?filters[longText][$eq]=x',
    '/api/samples?sort=text',
    '/api/samples?filters[text][$gt]=a',
  ]) {
    const { status, body, text } = await app.http().get(url).set(token);
    expect([url, status]).toEqual([url, 400]);
    expect(body.error.details.code).toMatch(/^protected-/);
    expect(markersIn(text)).toEqual([]);
    expect(text).not.toMatch(/stack|node_modules|select /i);
  }
});
