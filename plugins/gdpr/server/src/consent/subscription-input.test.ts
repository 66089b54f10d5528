import fc from 'fast-check';

import { emailFault } from './email-address';
import { parseSubscription } from './subscription-input';
import { createToken, tokenHash } from './token';

const valid = { email: 'ada@example.org', purposes: ['newsletter'] };

describe('an address', () => {
  test.each([
    'ada@example.org',
    "o'brien+news@mail.example.co.uk",
    'ada@bücher.example',
    'ada@xn--bcher-kva.example',
    `${'a'.repeat(64)}@example.org`,
  ])('%s is fine', (address) => {
    expect(emailFault(address)).toBeNull();
  });

  test.each([
    'ada',
    '@example.org',
    'ada@',
    'ada@localhost',
    'ada@example..org',
    'ada@-example.org',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    '"ada lovelace"@example.org',
    '.ada@example.org',
    'a..da@example.org',
    'ada lovelace@example.org',
    'ada@example.org\r\nBcc: eve@example.org',
    'ada@exam\nple.org',
    'ädä@example.org',
    `${'a'.repeat(65)}@example.org`,
    `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(4)}org`,
    `${'a'.repeat(64)}@${'b'.repeat(255)}`,
  ])('%s is refused', (address) => {
    expect(emailFault(address)).not.toBeNull();
  });

  test('that is accepted never carries a control character or a blank', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (local) => {
        const address = `${local}@example.org`;
        if (emailFault(address) === null) expect(address).not.toMatch(/[\p{Cc}\s]/u);
      }),
    );
  });
});

describe('a subscription', () => {
  test('is parsed into what it means', () => {
    expect(
      parseSubscription({
        ...valid,
        purposes: 'newsletter',
        locale: 'de-AT',
        firstName: ' Ada ',
        lastName: '',
      }),
    ).toEqual({
      email: 'ada@example.org',
      purposes: ['newsletter'],
      language: 'de',
      firstName: 'Ada',
      lastName: null,
      formUrl: null,
      underAge: null,
      dateOfBirth: null,
      country: null,
      guardianEmail: null,
      shown: [],
    });
  });

  test.each([
    [undefined, 'email is required'],
    [[], 'JSON object'],
    [{ ...valid, email: 7 }, 'email is required'],
    [{ ...valid, email: ['ada@example.org'] }, 'email is required'],
    [{ ...valid, purposes: [] }, 'purposes must name at least one purpose'],
    [{ ...valid, purposes: [7] }, 'purposes must be the slug of a purpose'],
    [{ ...valid, firstName: 'Ada\r\nBcc: eve@example.org' }, 'firstName must not contain line breaks'],
    [{ ...valid, firstName: 'x'.repeat(256) }, 'firstName must have at most 255 characters'],
    [{ ...valid, underAge: 'perhaps' }, 'underAge must be true or false'],
    [{ ...valid, dateOfBirth: '31.5.2012' }, 'dateOfBirth must be a date'],
    [{ ...valid, country: 'Germany' }, 'country must be a country code'],
    [{ ...valid, guardianEmail: 'mother' }, 'guardianEmail must be an e-mail address'],
    [{ ...valid, formUrl: 'javascript:alert(1)' }, 'formUrl must be an http(s) address'],
  ])('%p is refused', (body, message) => {
    expect(() => parseSubscription(body)).toThrow(message);
  });

  test('in a language that is not spoken here names none, and the browser or the site decides', () => {
    expect(parseSubscription({ ...valid, locale: 'tlh' }).language).toBeNull();
    expect(parseSubscription({ ...valid, locale: { $ne: 1 } }).language).toBeNull();
  });

  test('takes nothing from a prototype', () => {
    const input = parseSubscription(
      JSON.parse('{"email":"ada@example.org","purposes":["newsletter"],"__proto__":{"firstName":"x"}}'),
    );
    expect(input.firstName).toBeNull();
  });
});

test('a token is looked up by its hash, and what cannot be one is not looked up', () => {
  const { token, hash } = createToken();
  expect(token).toHaveLength(43);
  expect(tokenHash(token)).toBe(hash);
  for (const wrong of [undefined, '', token.slice(1), `${token}x`, `${token.slice(1)}/`, `${token}%00`]) {
    expect(tokenHash(wrong)).toBeNull();
  }
});
