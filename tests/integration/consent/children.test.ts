import { allowed, BROWSER, createPurpose, ledgerOf, linkTo, mailsTo } from '../../support/consent';
import { CONTACT, DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
const PARENT = 'parent@example.org';

beforeAll(async () => {
  app = await startStrapi();
  await createPurpose(app, 'games', { askAge: true, doubleOptIn: false });
});
afterAll(async () => {
  await app.stop();
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

const ask = (body: object) =>
  app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ locale: 'en', ...body });
const child = (email: string, more: object = {}) =>
  ask({ email, purposes: ['newsletter', 'games'], underAge: true, guardianEmail: PARENT, ...more });
const known = (email: string) => app.strapi.db.query(DATA_SUBJECT).count({ where: { email } });

test.each([
  ['no age', {}, 'underAge'],
  ['an age that is none', { underAge: 'perhaps' }, 'underAge'],
  ['a child without a guardian', { underAge: true }, 'guardianEmail'],
  [
    'a child that is its own guardian',
    { underAge: true, guardianEmail: 'CHILD@example.org' },
    'guardianEmail',
  ],
  ['a date of birth, in Germany', { dateOfBirth: '2011-06-01', country: 'DE' }, 'guardianEmail'],
])('%s is refused, and names the field', async (_name, body, path) => {
  const answer = await ask({ email: 'child@example.org', purposes: ['games'], ...body });
  expect(answer.status).toBe(400);
  expect(answer.body.error.details.errors[0].path).toEqual([path]);
});

test('whoever is old enough in their country needs nobody, and nothing is kept of what they said', async () => {
  const email = 'old-enough@example.org';
  const body = { dateOfBirth: '2011-06-01', country: 'BE', guardianEmail: PARENT };
  expect((await ask({ email, purposes: ['games'], ...body })).status).toBe(202);
  await app.drain();
  expect(await allowed(app, email, 'games')).toBe(true);
  const rows = await app.strapi.db.query('plugin::gdpr.opt-in').findMany({ where: { confirmer: 'self' } });
  expect(rows.every((row: any) => row.guardianEmail === null)).toBe(true);
});

test('a child’s purpose waits for the guardian’s own click, the others do not', async () => {
  const email = 'kid@example.org';
  expect((await child(email)).status).toBe(202);
  await app.drain();
  // Until the child’s own address is confirmed nobody else gets a mail.
  expect(mailsTo(app, PARENT)).toHaveLength(0);
  const clicked = await app
    .http()
    .post(linkTo(app, email, 'subscriptions/confirm'))
    .set(BROWSER)
    .type('form')
    .send('intent=confirm');
  expect(clicked.text).toContain('We have asked your parent or guardian by mail');
  await app.drain();
  expect(await allowed(app, email)).toBe(true);
  expect(await allowed(app, email, 'games')).toBe(false);
  expect(await known(PARENT)).toBe(0);

  expect(mailsTo(app, PARENT)[0]?.text).toContain(email);
  expect(mailsTo(app, PARENT)[0]?.headers.get('list-unsubscribe')).toBeUndefined();
  const path = linkTo(app, PARENT, 'subscriptions/confirm');
  const page = await app.http().get(path).set(BROWSER);
  expect(page.text).toContain('I hold parental responsibility for this child');
  expect(page.text).toContain('I agree to the games.');
  expect(page.text).not.toContain(email);
  await app.http().post(path).set(BROWSER).type('form').send('');
  expect(await allowed(app, email, 'games')).toBe(false);
  const agreed = await app.http().post(path).set(BROWSER).type('form').send('intent=confirm');
  expect(agreed.text).toContain('Your consent for the child has been recorded');
  const again = await app.http().post(path).set('Accept', 'application/json');
  expect(again.body.data.code).toBe('already-confirmed');
  expect(await allowed(app, email, 'games')).toBe(true);

  const guardian = await app.strapi.db.query(DATA_SUBJECT).findOne({ where: { email: PARENT } });
  const confirmed = (await ledgerOf(app, email)).filter((line) => line.event === 'confirmed');
  expect(confirmed.map(({ purpose, method, guardianId }) => [purpose, method, guardianId])).toEqual([
    ['newsletter', 'double-opt-in', null],
    ['games', 'guardian-double-opt-in', guardian.documentId],
  ]);
  expect(await app.strapi.documents(CONTACT as never).count({ filters: { email: PARENT } } as never)).toBe(0);

  // Whoever agreed can take it back, by one click in their own mail.
  await app.drain();
  await app
    .http()
    .post(linkTo(app, PARENT, 'unsubscribe'))
    .type('form')
    .send('List-Unsubscribe=One-Click');
  expect(await allowed(app, email, 'games')).toBe(false);
  expect(await allowed(app, email)).toBe(true);
});

test('a guardian who does not answer is forgotten, as the mail promised; an expired link is renewed before', async () => {
  const email = 'waiting@example.org';
  const guardianEmail = 'silent@example.org';
  await child(email, { guardianEmail, purposes: ['games'] });
  await app.drain();
  await app.http().post(linkTo(app, email, 'subscriptions/confirm'));
  await app.drain();
  const path = linkTo(app, guardianEmail, 'subscriptions/confirm');
  const rows = () => app.knex('gdpr_opt_ins').where({ confirmer: 'guardian', state: 'mailed' });
  await rows().update({ expires_at: Date.now() - 1 });
  expect((await app.http().get(path)).status).toBe(410);
  expect((await app.http().post(path.replace('confirm', 'renew'))).status).toBe(202);
  await app.drain();
  expect(mailsTo(app, guardianEmail)).toHaveLength(2);

  await rows().update({ expires_at: Date.now() - 50 * 3_600_000 });
  await app.drain();
  expect(await rows()).toHaveLength(0);
  expect(await known(guardianEmail)).toBe(0);
  const left = await app.strapi.db
    .query('plugin::gdpr.outbox-message')
    .count({ where: { recipient: guardianEmail } });
  expect(left).toBe(0);
  expect((await app.http().post(linkTo(app, guardianEmail, 'subscriptions/confirm'))).status).toBe(404);
});

test('the form asks for the age of the country, and says which field is missing', async () => {
  const page = await app
    .http()
    .get('/api/gdpr/subscriptions/form?purposes=games&country=FR&lang=en')
    .set(BROWSER);
  expect(page.text).toContain('Are you 15 or older?');
  const answer = await app
    .http()
    .post('/api/gdpr/subscriptions')
    .set(BROWSER)
    .type('form')
    .send('email=kid%40example.org&purposes=games&underAge=true&guardianEmail=&country=FR&locale=en');
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('Enter the e-mail address of a parent or guardian');
  expect(answer.text).toContain('I am younger than 15');
  expect(answer.text).toMatch(/value="true"[^>]*checked/);
});
