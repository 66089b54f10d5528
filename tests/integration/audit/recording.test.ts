import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

test('it boots and records', async () => {
  const contact = await (app.strapi.documents(CONTACT as never) as any).create({
    data: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' },
  });
  await (app.strapi.documents(CONTACT as never) as any).findOne({ documentId: contact.documentId });
  const audit = (app.strapi.plugin('gdpr').service('audit') as any).of();
  await audit.sealer.complete();
  const rows = await app.knex('gdpr_audit_log').select('*');
  console.log(rows.map((r: any) => r.entry).join('\n'));
  console.log(await audit.checkpoints.last());
});
