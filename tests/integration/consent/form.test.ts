import { allowed, BROWSER, createPurpose, ledgerOf } from '../../support/consent';
import { startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
  await createPurpose(app, 'surveys');
});
afterAll(async () => {
  await app.stop();
});
beforeEach(() => {
  app.mailbox.messages.length = 0;
});

const FORM = '/api/gdpr/subscriptions/form';
const optIns = async () => Number((await app.knex('gdpr_opt_ins').count({ n: '*' }))[0]?.['n']);

/** What a browser would send for this form, with this typed and ticked. */
function filled(page: string, values: Record<string, string>): string {
  const hidden = [...page.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)];
  const pairs = hidden.map(([, name, value]): [string, string] => [
    name ?? '',
    (value ?? '').replaceAll('&amp;', '&'),
  ]);
  return new URLSearchParams([...pairs, ...Object.entries(values)]).toString();
}
const post = (body: string) =>
  app.http().post('/api/gdpr/subscriptions').set(BROWSER).type('form').send(body);

test('the form is a page in four languages, with nothing ticked and every text as the ledger will keep it', async () => {
  for (const [lang, button] of [
    ['en', 'Subscribe'],
    ['de', 'Anmelden'],
    ['fr', 'S’inscrire'],
    ['es', 'Suscribirse'],
  ] as const) {
    const page = await app.http().get(`${FORM}?lang=${lang}`).set(BROWSER);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<button type="submit">${button}</button>`);
    expect(page.text).not.toContain(' checked');
  }
  const german = (await app.http().get(`${FORM}?purposes=surveys&lang=de`).set(BROWSER)).text;
  expect(german).toContain('Ich willige in surveys ein.');
  expect(german).not.toContain('newsletter');
  // A text that a project has not translated is said to be in the language it is in.
  expect((await app.http().get(`${FORM}?purposes=surveys&lang=fr`).set(BROWSER)).text).toContain('lang="en"');
  expect((await app.http().get(`${FORM}?purposes=nothing`).set(BROWSER)).status).toBe(404);
});

test('the filled form leads to a subscription, and the ledger knows the form and the language', async () => {
  const page = (await app.http().get(`${FORM}?purposes=newsletter&lang=de`).set(BROWSER)).text;
  const email = 'form@example.org';
  const answer = await post(filled(page, { email, purposes: 'newsletter' }));
  expect(answer.status).toBe(202);
  expect(answer.text).toContain('Bitte sehen Sie in Ihr Postfach');
  await app.drain();
  const [granted] = await ledgerOf(app, email);
  expect(granted).toMatchObject({
    language: 'de',
    formUrl: 'http://127.0.0.1:1337/api/gdpr/subscriptions/form',
  });
  expect(page).toContain(granted.textShown);
});

test('what is wrong is marked, what was right is kept, and nothing that was typed becomes markup', async () => {
  const page = (await app.http().get(`${FORM}?purposes=newsletter,surveys&lang=fr`).set(BROWSER)).text;
  const before = await optIns();
  const answer = await post(filled(page, { email: '"><script>alert(1)</script>', purposes: 'surveys' }));
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('<html lang="fr"');
  expect(answer.text).toContain('aria-describedby="gdpr-email-fault"');
  expect(answer.text).toMatch(/value="surveys"[^>]*checked/);
  expect(answer.text).not.toMatch(/value="newsletter"[^>]*checked/);
  expect(answer.text).not.toContain('<script');
  const none = await post(filled(page, { email: 'nothing@example.org' }));
  expect(none.status).toBe(400);
  expect(none.text).toContain('value="nothing@example.org"');
  expect(none.text).toContain('Cochez au moins une case.');
  expect(await optIns()).toBe(before);
});

test('a robot that fills in what nobody sees gets the same answer, and subscribes nobody', async () => {
  const page = (await app.http().get(`${FORM}?purposes=newsletter&lang=en`).set(BROWSER)).text;
  const before = await optIns();
  const robot = await post(
    filled(page, { email: 'robot@example.org', purposes: 'newsletter', gdpr_extra: 'x' }),
  );
  const person = await post(
    filled(page, { email: 'person@example.org', purposes: 'newsletter', gdpr_extra: '' }),
  );
  expect([robot.status, robot.text]).toEqual([person.status, person.text]);
  expect(await optIns()).toBe(before + 1);
});

test('a copied snippet whose text has changed since is shown anew before it counts', async () => {
  const snippet = await app.http().get('/api/gdpr/subscriptions/snippet?purposes=surveys&lang=en');
  expect(snippet.headers['content-type']).toContain('text/html');
  expect(snippet.text).toContain('action="http://127.0.0.1:1337/api/gdpr/subscriptions"');
  const query = app.strapi.db.query('plugin::gdpr.purpose');
  const { texts } = await query.findOne({ where: { slug: 'surveys' } });
  await query.update({
    where: { slug: 'surveys' },
    data: { texts: { ...texts, en: { name: 'Surveys', consent: 'I agree to something else.' } } },
  });
  const values = { email: 'old-text@example.org', purposes: 'surveys' };
  const refused = await post(filled(snippet.text, values));
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('I agree to something else.');
  expect(refused.text).not.toMatch(/value="surveys"[^>]*checked/);
  const agreed = await post(filled(refused.text, values));
  expect(agreed.status).toBe(202);
  await app.drain();
  expect((await ledgerOf(app, 'old-text@example.org')).map(({ textShown }) => textShown)).toEqual([
    'I agree to something else.',
  ]);
  expect(await allowed(app, 'old-text@example.org', 'surveys')).toBe(false);
});

test('the script is small, may be loaded and read by other sites, and so may the answer', async () => {
  const script = await app.http().get('/api/gdpr/subscriptions/form.js');
  expect(script.headers['content-type']).toContain('text/javascript');
  expect(script.headers['cross-origin-resource-policy']).toBe('cross-origin');
  expect(Buffer.byteLength(script.text)).toBeLessThanOrEqual(2_048);
  const answer = await app
    .http()
    .post('/api/gdpr/subscriptions')
    .set('Origin', 'https://shop.example')
    .set('Accept', 'application/json')
    .type('form')
    .send('email=cors%40example.org&purposes=newsletter&locale=es');
  expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example');
  expect(answer.body.data.message).toContain('un correo está en camino');
});
