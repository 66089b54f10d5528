import { apiToken } from '../../support/accounts';
import { auditOf, logSize } from '../../support/audit';
import { clientUnderTest } from '../../support/database';
import { failureOf } from '../../support/failure';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let token: Record<string, string>;
const documents = (): any => app.strapi.documents(CONTACT as never);

beforeAll(async () => {
  app = await startStrapi({ env: { LOG_LEVEL: 'silent' } });
  token = await apiToken(app, 'full-access');
  await documents().create({ data: { email: 'marker@example.org', lastName: 'Marker' } });
});
afterAll(async () => {
  await app.stop();
});

/** Ways in which the audit trail cannot be written, and how to mend each. */
const BREAKAGES: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
  [
    'its table is gone',
    () => app.knex.schema.renameTable('gdpr_audit_queue', 'somewhere_else'),
    () => app.knex.schema.renameTable('somewhere_else', 'gdpr_audit_queue'),
  ],
];
if (clientUnderTest() === 'sqlite') {
  BREAKAGES.push(
    [
      'the database is read-only',
      () => app.knex.raw('PRAGMA query_only = ON'),
      () => app.knex.raw('PRAGMA query_only = OFF'),
    ],
    [
      'the disk is full',
      async () => {
        const [{ page_count: pages }] = await app.knex.raw('PRAGMA page_count');
        await app.knex.raw(`PRAGMA max_page_count = ${pages}`);
        // What is free inside the file is used up first, then what is free in the queue's own page.
        await app.knex.schema.createTable('ballast', (table) => table.text('x'));
        const fill = async (use: () => Promise<unknown>): Promise<void> => {
          for (let n = 0; n < 100_000; n += 1) await use();
        };
        await failureOf(fill(() => app.knex('ballast').insert({ x: 'x'.repeat(2_000) })));
        await failureOf(fill(() => documents().findMany({})));
      },
      async () => {
        await app.knex.raw('PRAGMA max_page_count = 1073741823');
        await app.knex.schema.dropTable('ballast');
      },
    ],
    [
      'a trigger refuses it',
      () =>
        app.knex.raw(
          "CREATE TRIGGER saboteur BEFORE INSERT ON gdpr_audit_queue BEGIN SELECT RAISE(ABORT, 'no'); END",
        ),
      () => app.knex.raw('DROP TRIGGER saboteur'),
    ],
  );
}

describe.each(BREAKAGES)('when %s', (_name, breakIt, mend) => {
  test('nothing personal is handed out, by HTTP or to code, and the answer says why', async () => {
    await breakIt();
    try {
      for (const url of ['/api/gdpr/contacts', '/api/gdpr/contacts?fields=email']) {
        const { status, text, body, headers } = await app.http().get(url).set(token);
        expect(status).toBe(503);
        expect(text).not.toMatch(/marker/i);
        expect(body).toEqual({
          data: null,
          error: {
            status: 503,
            name: 'ServiceUnavailableError',
            message: expect.stringMatching(
              /cannot be written to the audit trail .* make the database writable/,
            ),
            details: { code: 'audit-unavailable' },
          },
        });
        expect(headers['etag']).toBeUndefined();
      }
      expect(await failureOf(documents().findMany({}))).toContain('cannot be written to the audit trail');
    } finally {
      await mend();
    }
  });

  test('nothing is changed', async () => {
    const before = await app.knex('gdpr_contacts').count({ n: '*' });
    await breakIt();
    try {
      await failureOf(documents().create({ data: { email: 'never@example.org' } }));
      const { status } = await app
        .http()
        .post('/api/gdpr/contacts')
        .set(token)
        .send({ data: { email: 'never@example.org' } });
      expect(status).toBe(503);
    } finally {
      await mend();
    }
    expect(await app.knex('gdpr_contacts').count({ n: '*' })).toEqual(before);
  });

  test('mended, it goes on as if nothing had been', async () => {
    const before = await logSize(app);
    await app.http().get('/api/gdpr/contacts').set(token).expect(200);
    expect(await logSize(app)).toBe(before + 1);
    expect(await auditOf(app).checkpoints.last()).toMatchObject({ size: before + 1 });
  });
});

test('what is not personal goes on while the audit trail is broken', async () => {
  await app.knex.schema.renameTable('gdpr_audit_queue', 'somewhere_else');
  await app.http().get('/_health').expect(204);
  await app.http().get('/api/gdpr/contacts?fields=company').set(token).expect(200);
  await app.knex.schema.renameTable('somewhere_else', 'gdpr_audit_queue');
});
