import { AsyncResource } from 'node:async_hooks';

import { failureOf } from '../../support/failure';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

const row = () => ({ document_id: 'raw', company: 'x', sealed: 'x' });
const refusal = /must stay NULL/;

describe('the database refuses plaintext in protected columns', () => {
  test.each(['email', 'first_name', 'date_of_birth', 'notes'])(
    '%s, by a raw INSERT and a raw UPDATE',
    async (column) => {
      const value = column === 'date_of_birth' ? '1815-12-10' : 'leaked@example.org';
      expect(await failureOf(app.knex('gdpr_contacts').insert({ ...row(), [column]: value }))).toMatch(
        refusal,
      );
      await app.knex('gdpr_contacts').insert(row());
      expect(
        await failureOf(
          app
            .knex('gdpr_contacts')
            .where({ document_id: 'raw' })
            .update({ [column]: value }),
        ),
      ).toMatch(refusal);
      await app.knex('gdpr_contacts').where({ document_id: 'raw' }).delete();
    },
  );

  test('also after a restart, and with lifecycles disabled', async () => {
    await app.restart();
    expect(
      await failureOf(app.knex('gdpr_contacts').insert({ ...row(), email: 'leaked@example.org' })),
    ).toMatch(refusal);
    // As a transfer does, whose own work can be told from everybody else's.
    new AsyncResource('transfer').runInAsyncScope(() => app.strapi.db.lifecycles.disable());
    const query = app.strapi.db.query(CONTACT) as any;
    const contact = await query.create({ data: { email: 'sealed-all-the-same@example.org' } });
    const stored = await app.knex('gdpr_contacts').where({ id: contact.id }).first();
    expect(stored.email).toBeNull();
    expect(stored.sealed).toBeTruthy();
    expect((await query.findMany({}))[0].email).toBe('sealed-all-the-same@example.org');
    app.strapi.db.lifecycles.enable();
  });

  test('the consent ledger is append-only, in the database itself', async () => {
    await app
      .http()
      .post('/api/gdpr/subscriptions')
      .send({ email: 'ledger@example.org', purposes: ['newsletter'] });
    await app.drain();
    const { id } = await app.knex('gdpr_consent_records').first('id');
    expect(
      await failureOf(app.knex('gdpr_consent_records').where({ id }).update({ event: 'confirmed' })),
    ).toMatch('append-only');
    expect(await failureOf(app.knex('gdpr_consent_records').where({ id }).delete())).toMatch('append-only');
    if (app.database.client === 'sqlite') {
      expect(
        await failureOf(
          app.knex.raw('INSERT OR REPLACE INTO gdpr_consent_records (id, event) VALUES (?, ?)', [
            id,
            'confirmed',
          ]),
        ),
      ).toMatch('append-only');
    }
    if (app.database.client === 'postgres') {
      expect(await failureOf(app.knex.raw('TRUNCATE gdpr_consent_records'))).toMatch('append-only');
    }
  });
});
