import fc from 'fast-check';

import type { AnnotatedAttribute } from '../annotation';

import { createSpelling } from './spelling';
import { textsOfAnySpelling, tokenTexts } from './token-texts';

const attribute = (
  category: string,
  type: AnnotatedAttribute['type'] = 'string',
  search: AnnotatedAttribute['search'] = 'exact',
): AnnotatedAttribute => ({
  name: 'it',
  type,
  category,
  special: false,
  search,
  encrypted: true,
  unique: false,
});
const german = createSpelling('DE');

test.each([
  ['pd:EmailAddress', 'email', 'Müller@Bücher.example', 'müller@xn--bcher-kva.example'],
  ['pd:TelephoneNumber', 'string', '+49 (30) 1234-567', '+49301234567'],
  ['pd:TelephoneNumber', 'string', '030 1234567', '+49301234567'],
  ['pd:TelephoneNumber', 'string', '0049 30 1234567', '+49301234567'],
  ['pd:MobileNumber', 'string', 'ask Ada', 'ask ada'],
  ['pd:FirstName', 'string', '  José   Ángel ', 'jose angel'],
  ['pd:LastName', 'string', 'ŁUKASZ', 'łukasz'],
] as const)('%s %s %p is %p', (category, type, text, expected) => {
  expect(german(attribute(category, type), text)).toBe(expected);
});

test('without a country, national numbers are compared by their digits', () => {
  expect(createSpelling()(attribute('pd:TelephoneNumber'), '(030) 1234-567')).toBe('0301234567');
});

test.each([
  ['pd:TelephoneNumber', '+49 30 1234567', '030/1234567'],
  ['pd:TelephoneNumber', '+49301234567', '0049 30 1234567'],
  ['pd:EmailAddress', 'Ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
  ['pd:FirstName', 'José', 'JOSE'],
  ['pd:FirstName', 'jose', 'José'],
] as const)('%s stored as %p is found as %p', (category, stored, asked) => {
  expect(meet(attribute(category), stored, asked)).toBe(true);
});

test('two texts meet exactly when they are spellings of one', () => {
  const word = fc.constantFrom('jose', 'José', 'JOSÉ', 'joseph', 'Jose ', 'j ose', 'ose');
  fc.assert(
    fc.property(word, word, (stored, asked) => {
      const name = attribute('pd:FirstName');
      expect(meet(name, stored, asked)).toBe(german(name, stored) === german(name, asked));
    }),
  );
});

function meet(of: AnnotatedAttribute, stored: string, asked: string): boolean {
  const texts = tokenTexts(of, stored, german);
  return textsOfAnySpelling(of, asked, german).some(([kind, text]) => texts.get(kind)?.includes(text));
}
