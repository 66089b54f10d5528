import fc from 'fast-check';

import { isMaskedByNull, looksMasked, type Maskable, maskOf } from './mask';

const EMAIL: Maskable = { type: 'email', category: 'pd:EmailAddress' };
const PHONE: Maskable = { type: 'string', category: 'pd:TelephoneNumber' };
const NAME: Maskable = { type: 'string', category: 'pd:LastName' };

test.each([
  [EMAIL, 'ada@example.com', 'a***@e***.com'],
  [EMAIL, 'ada@mail.bücher.example', 'a***@m***.example'],
  [EMAIL, 'no address', 'n***'],
  [PHONE, '+49 30 1234567', '+49 *** 67'],
  [PHONE, '+1 212 555 0142', '+1 *** 42'],
  [PHONE, '030 1234567', '*** 67'],
  [PHONE, '110', '***'],
  [NAME, 'Lovelace', 'L***'],
  [NAME, 'Ada', '***'],
  [NAME, '😀😀😀😀', '😀***'],
  [NAME, '', '***'],
])('of %j, %s is shown as %s', (attribute, value, mask) => {
  expect(maskOf(attribute, value)).toBe(mask);
});

test('what is no text is shown as null, and null stays null', () => {
  for (const type of ['date', 'integer', 'boolean', 'enumeration', 'json', 'blocks', 'biginteger'] as const) {
    const attribute: Maskable = { type, category: 'pd:BirthDate' };
    expect(maskOf(attribute, type === 'biginteger' ? '12345678' : 1)).toBeNull();
    expect(isMaskedByNull(attribute)).toBe(true);
  }
  for (const attribute of [EMAIL, PHONE, NAME]) {
    expect(maskOf(attribute, null)).toBeNull();
    expect(isMaskedByNull(attribute)).toBe(false);
  }
});

const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.emailAddress(),
  fc.stringMatching(/^\+?[0-9 ()-]{3,20}$/),
  fc.constantFrom('\ud800aaaa', '\n\n\n\n\n', '***', 'a***', '+49 *** 67'),
);

test('no value is shown whole, and of a text no more than its first letters and last two digits', () => {
  fc.assert(
    fc.property(fc.constantFrom(EMAIL, PHONE, NAME), values, (attribute, value) => {
      const mask = maskOf(attribute, value) ?? '';
      if (looksMasked(attribute, value)) return;
      expect(mask).not.toBe(value);
      const [first = ''] = [...value];
      const shown = mask.replaceAll('***', '');
      if (attribute === NAME) expect(['', first]).toContain(shown);
      if (attribute === PHONE) expect(shown).toMatch(/^(\+\d{1,3} )? \d\d$|^$/);
      if (attribute === EMAIL) {
        const at = value.indexOf('@');
        const [domain = ''] = [...value.slice(at + 1)];
        const top = value.slice(value.lastIndexOf('.') + 1);
        expect(['', first, `${first}@${domain}.${top}`]).toContain(shown);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a mask that comes back is known for one, and masked again it stays the same', () => {
  fc.assert(
    fc.property(fc.constantFrom(EMAIL, PHONE, NAME), values, (attribute, value) => {
      const mask = maskOf(attribute, value);
      expect(looksMasked(attribute, mask)).toBe(true);
      expect(maskOf(attribute, mask)).toBe(mask);
    }),
    { numRuns: 2_000 },
  );
});

test('a real value is not taken for a mask', () => {
  expect(looksMasked(EMAIL, 'ada@example.com')).toBe(false);
  expect(looksMasked(PHONE, '+49 30 1234567')).toBe(false);
  expect(looksMasked(NAME, 'Sammy Davis ***')).toBe(false);
  expect(looksMasked(NAME, null)).toBe(false);
});
