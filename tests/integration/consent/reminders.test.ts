import { linkTo, mailsTo } from '../../support/consent';
import { startStrapi, type TestStrapi } from '../../support/strapi';

const HOUR = 3_600_000;
let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

const ask = async (email: string): Promise<void> => {
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email, purposes: ['newsletter'], locale: 'de' });
  await app.drain();
};
/** As if everything had been asked for so long ago. */
const wait = async (hours: number): Promise<void> => {
  await app.knex('gdpr_opt_ins').update({
    received_at: app.knex.raw('received_at - ?', [hours * HOUR]),
    expires_at: app.knex.raw('expires_at - ?', [hours * HOUR]),
  });
  await app.drain();
};
const subjects = (email: string) => mailsTo(app, email).map(({ subject }) => subject?.split(' – ')[0]);

test('nobody is reminded unless the settings say so, and then no link is kept', async () => {
  await ask('quiet@example.org');
  await wait(47);
  expect(mailsTo(app, 'quiet@example.org')).toHaveLength(1);
  const { token } = await app.strapi.db.query('plugin::gdpr.opt-in').findOne({ where: { state: 'mailed' } });
  expect(token).toBeNull();
});

test('who has not clicked is reminded once, with the same link, which still works; who has, is not', async () => {
  app.strapi.config.set('plugin::gdpr.consent', { reminder: 24 * HOUR });
  for (const email of ['slow@example.org', 'quick@example.org', 'late@example.org']) await ask(email);
  await app.http().post(linkTo(app, 'quick@example.org', 'subscriptions/confirm'));
  await wait(23);
  expect(subjects('slow@example.org')).toEqual(['Bitte bestätigen Sie Ihre Anmeldung']);
  const link = linkTo(app, 'slow@example.org', 'subscriptions/confirm');
  await Promise.all([wait(2), app.drain(), app.drain()]);
  await wait(2);
  expect(subjects('slow@example.org')).toEqual([
    'Bitte bestätigen Sie Ihre Anmeldung',
    'Ihre Bestätigung fehlt noch',
  ]);
  expect(mailsTo(app, 'slow@example.org')[1]?.text).toContain('Der Link gilt 23 Stunden.');
  expect(subjects('quick@example.org')).not.toContain('Ihre Bestätigung fehlt noch');
  expect(linkTo(app, 'slow@example.org', 'subscriptions/confirm')).toBe(link);
  expect((await app.http().post(link)).status).toBe(200);
  const rows = await app.strapi.db.query('plugin::gdpr.opt-in').findMany({ where: { state: 'confirmed' } });
  expect(rows.every(({ token }: any) => token === null)).toBe(true);
});
