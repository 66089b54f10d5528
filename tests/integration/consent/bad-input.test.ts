import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi();
});
afterAll(async () => {
  await app.stop();
});

const post = (body: string | object, type = 'application/json') =>
  app
    .http()
    .post('/api/gdpr/subscriptions')
    .set('Content-Type', type)
    .send(body as never);
const state = async () =>
  Promise.all(
    [
      'gdpr_opt_ins',
      'gdpr_consent_records',
      'gdpr_outbox_messages',
      'gdpr_contacts',
      'gdpr_data_subjects',
    ].map(async (table) => Number((await app.knex(table).count({ n: '*' }))[0]?.['n'])),
  );
const valid = { email: 'ada@example.org', purposes: ['newsletter'] };

describe('what is refused changes nothing, and says what to do without repeating what was sent', () => {
  test.each<[string, string | object, number, string | RegExp]>([
    ['malformed JSON', '{"email":"secret-ada@example.org",', 400, 'could not be read'],
    ['JSON that is no object', '[1]', 400, /must be a JSON object|email is required/],
    ['another kind of body', 'hello', 400, 'must be a JSON object or a form'],
    ['no e-mail', { purposes: ['newsletter'] }, 400, 'email is required'],
    ['an e-mail that is none', { ...valid, email: 'secret-ada' }, 400, 'email must be an e-mail address'],
    [
      '64 + 255 characters',
      { ...valid, email: `${'a'.repeat(64)}@${'b'.repeat(255)}` },
      400,
      'email has no valid domain',
    ],
    [
      '65 characters before the @',
      { ...valid, email: `${'a'.repeat(65)}@example.org` },
      400,
      'email has more than 64 characters',
    ],
    [
      'a quoted local part',
      { ...valid, email: '"secret ada"@example.org' },
      400,
      /email (has a quoted part|must not contain blanks)/,
    ],
    [
      'a header injection',
      { ...valid, email: 'ada@example.org\r\nBcc: eve@example.org' },
      400,
      'email must not contain',
    ],
    [
      'an unknown purpose',
      { ...valid, purposes: ['newsletter', 'world-domination'] },
      400,
      'unknown: "world-domination"',
    ],
    ['no purpose', { email: valid.email }, 400, 'purposes must be a list'],
    ['an operator for a value', { ...valid, email: { $ne: null } }, 400, 'email is required'],
    ['2 MB', `{"email":"${'a'.repeat(2_000_000)}"}`, 413, 'larger than this server accepts'],
  ])('%s', async (name, body, status, message) => {
    const before = await state();
    const answer = await post(body, name === 'another kind of body' ? 'text/plain' : 'application/json');
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ status, message: expect.stringMatching(message) });
    expect(answer.body.error.details.code).toMatch(/^(request-invalid|purpose-unknown)$/);
    expect(answer.text).not.toContain('secret');
    expect(answer.text).not.toMatch(/\bat .+:\d+:\d+/);
    await app.drain();
    expect(await state()).toEqual(before);
  });

  test('an internationalised domain is welcome, in either of its spellings', async () => {
    for (const email of ['iris@bücher.example', 'IRIS@xn--bcher-kva.example']) {
      expect((await post({ ...valid, email })).status).toBe(202);
      await app.drain();
    }
    expect(app.mailbox.messages).toHaveLength(1);
  });
});

describe('tokens', () => {
  const link = async (email: string): Promise<string> => {
    app.mailbox.messages.length = 0;
    await post({ ...valid, email });
    await app.drain();
    return confirmLink();
  };
  /** Of the newest opt-in mail: the welcome of an earlier test may come in with it. */
  const confirmLink = (): string => {
    const links = app.mailbox.messages.flatMap(
      ({ text }) => /https?:\S+\/confirm\/\S+/.exec(text ?? '') ?? [],
    );
    return new URL(links.at(-1) ?? '').pathname;
  };
  const json = (method: 'get' | 'post', path: string) =>
    app.http()[method](path).set('Accept', 'application/json');

  test('forged and truncated ones are unknown, on every route, and change nothing', async () => {
    const good = await link('token@example.org');
    const before = await state();
    const token = good.split('/').at(-1) ?? '';
    for (const wrong of [
      token.slice(1),
      `${token}A`,
      'A'.repeat(43),
      '%00',
      '..%2f..',
      'null',
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ]) {
      for (const route of ['subscriptions/confirm', 'unsubscribe', 'subscriptions/renew']) {
        for (const method of ['get', 'post'] as const) {
          if (method === 'get' && route === 'subscriptions/renew') continue;
          const answer = await json(method, `/api/gdpr/${route}/${wrong}`);
          expect(answer.status).toBe(404);
          expect(answer.text).not.toContain('token@example.org');
        }
      }
    }
    // An opt-in token is no unsubscribe token.
    expect((await json('post', `/api/gdpr/unsubscribe/${token}`)).status).toBe(404);
    expect(await state()).toEqual(before);
  });

  test('a replayed one confirms once', async () => {
    const path = await link('replay@example.org');
    const answers = [];
    for (let time = 0; time < 3; time += 1) answers.push((await json('post', path)).body.data.code);
    expect(answers).toEqual(['confirmed', 'already-confirmed', 'already-confirmed']);
  });

  test('an expired one is 410 with a way to ask anew, which works', async () => {
    const path = await link('expired@example.org');
    await app
      .knex('gdpr_opt_ins')
      .update({ expires_at: Date.now() - 1, received_at: Date.now() - 86_400_000 });
    const page = await app.http().post(path);
    expect(page.status).toBe(410);
    const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await json('get', path)).body.error).toMatchObject({
      status: 410,
      details: { code: 'token-expired' },
    });
    expect(
      await (app.strapi.db.query(CONTACT) as any).count({ where: { email: 'expired@example.org' } }),
    ).toBe(0);

    app.mailbox.messages.length = 0;
    expect((await app.http().post(action)).status).toBe(202);
    await app.drain();
    const fresh = confirmLink();
    expect((await json('post', fresh)).body.data.code).toBe('confirmed');
  });
});

test('a network address that asks too often gets 429 and is told when to come back', async () => {
  await app.restart();
  app.strapi.config.set('plugin::gdpr.rateLimit', { perIp: 3, perAddress: 5, windowSeconds: 60 });
  const statuses = [];
  for (let turn = 0; turn < 5; turn += 1)
    statuses.push((await post({ ...valid, email: `r${turn}@example.org` })).status);
  expect(statuses).toEqual([202, 202, 202, 429, 429]);
  const refused = await post(valid);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.body.error.details.code).toBe('rate-limited');
});
