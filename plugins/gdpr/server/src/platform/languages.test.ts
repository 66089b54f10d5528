import fc from 'fast-check';

import { directionOf, LANGUAGES, negotiateLanguage, preferredLanguage, spokenLanguage } from './languages';

test.each([
  [undefined, null],
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['it,fr;q=0.4,es;q=0.7', 'es'],
  ['de;q=0,fr', 'fr'],
  ['*', null],
  ['est, enm;q=0.9', null],
  ['x'.repeat(10_000), null],
])('Accept-Language %p prefers %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

test('a tag means its language, an unknown one none', () => {
  expect(spokenLanguage('fr-CA')).toBe('fr');
  expect(spokenLanguage('tlh')).toBeNull();
  expect(spokenLanguage({ $ne: 1 })).toBeNull();
});

test.each([
  [{ asked: 'fr', known: 'de', header: 'es' }, 'fr'],
  [{ asked: 'tlh', known: 'de', header: 'es' }, 'de'],
  [{ asked: ['fr', 'de'], header: 'es' }, 'es'],
  [{ header: 'tlh' }, 'de'],
  [{}, 'de'],
] as const)('of %j, on a site that speaks German, comes %s', (clues, language) => {
  expect(negotiateLanguage({ ...clues, fallback: 'de' })).toBe(language);
});

test('whatever is asked for, the answer is a language that is spoken here', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string(), (asked, header) => {
      const language = negotiateLanguage({ asked, header, fallback: 'es' });
      expect(LANGUAGES).toContain(language);
      expect(directionOf(language)).toBe('ltr');
    }),
  );
});
