import { acceptedLanguage, languageOf } from './languages';

test.each([
  [undefined, 'en'],
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['it,fr;q=0.4,es;q=0.7', 'es'],
  ['de;q=0,fr', 'fr'],
  ['*', 'en'],
  ['x'.repeat(10_000), 'en'],
])('Accept-Language %p is answered in %s', (header, language) => {
  expect(acceptedLanguage(header)).toBe(language);
});

test('a tag means its language, an unknown one English', () => {
  expect(languageOf('fr-CA')).toBe('fr');
  expect(languageOf('tlh')).toBe('en');
});
