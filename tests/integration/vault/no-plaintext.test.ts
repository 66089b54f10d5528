import { dumpDatabase } from '../../support/dump';
import { CONTACT, LEAD, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

const MARKERS = [
  'Zebediah',
  'Quixworth',
  'zebediah.quixworth@marker.example',
  '+4930987654321',
  'Marker Street 77',
];

test('after the whole way of a subscription, the database holds nothing of the person in clear', async () => {
  const [firstName, lastName, email, phone, street] = MARKERS;
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .set('User-Agent', 'MarkerBrowser/9')
    .send({
      email,
      firstName,
      lastName,
      purposes: ['newsletter'],
      formUrl: 'https://marker-form.example/zebediah',
    });
  await app.drain();
  const link = new URL(/https?:\S+/.exec(app.mailbox.messages[0]?.text ?? '')?.[0] ?? '').pathname;
  expect(await dumpDatabase(app)).not.toContain(link.split('/').at(-1));
  await app.http().post(link);
  await app.drain();

  const contacts = app.strapi.documents(CONTACT as never) as any;
  const [contact] = await contacts.findMany({ filters: { email } });
  await contacts.update({ documentId: contact.documentId, data: { phone, street } });
  const leads = app.strapi.documents(LEAD as never) as any;
  await leads.create({ data: { firstName, lastName, email, phone, message: `Call ${String(firstName)}` } });
  expect((await contacts.findOne({ documentId: contact.documentId })).firstName).toBe(firstName);

  const dump = (await dumpDatabase(app)).toLowerCase();
  for (const marker of [...MARKERS, 'MarkerBrowser', 'marker-form'])
    expect(dump).not.toContain(marker.toLowerCase());
});

test('a database error, which Strapi logs, does not carry the values it was about', async () => {
  const leak = { document_id: 'raw', email: MARKERS[2], first_name: MARKERS[0] };
  const failures = [
    await app
      .knex('gdpr_contacts')
      .insert(leak)
      .catch((error: unknown) => error),
    await app.strapi.db
      .transaction(({ trx }: any) => trx('gdpr_contacts').insert(leak))
      .catch((error: unknown) => error),
    await app
      .knex('gdpr_no_such_table')
      .insert({ email: MARKERS[2] })
      .catch((error: unknown) => error),
  ];
  for (const failure of failures) {
    expect(failure).toHaveProperty('message');
    const seen =
      JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + String((failure as Error).stack);
    for (const marker of MARKERS) expect(seen).not.toContain(marker);
  }
  expect(String(failures[0])).toContain('must stay NULL');
});

test('an export of Strapi’s own to a file in the project would meet sealed rows only', async () => {
  const rows: string[] = [];
  for await (const row of (app.strapi.db.queryBuilder(CONTACT) as any).init({ select: '*' }).stream())
    rows.push(JSON.stringify(row));
  expect(rows.length).toBeGreaterThan(0);
  for (const marker of MARKERS) expect(rows.join('\n')).not.toContain(marker);
});

test('events carry who was changed, not what', async () => {
  const entries: unknown[] = [];
  const listener = ({ entry }: any): void => void entries.push(entry);
  app.strapi.eventHub.on('entry.create', listener as never);
  const contacts = app.strapi.documents(CONTACT as never) as any;
  const { documentId } = await contacts.create({
    data: { firstName: MARKERS[0], email: 'event@marker.example', company: 'Plain' },
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  app.strapi.eventHub.off('entry.create', listener as never);
  const mine = entries.filter((entry: any) => entry?.documentId === documentId);
  expect(mine).toHaveLength(1);
  expect(mine[0]).toMatchObject({ documentId, company: 'Plain' });
  expect(JSON.stringify(entries)).not.toContain(MARKERS[0]);
  expect(JSON.stringify(entries)).not.toContain('event@marker.example');
});
