import fc from 'fast-check';

import type { AnnotatedAttribute } from '../annotation';

import { createSpelling } from './spelling';
import {
  folded,
  MAX_PREFIX,
  prefixOf,
  textsEqualIgnoringCase,
  tokenTexts,
  trigrams,
  words,
} from './token-texts';

const spelling = createSpelling();
const attribute = (search: AnnotatedAttribute['search']): AnnotatedAttribute => ({
  name: 'name',
  type: 'string',
  category: 'pd:Name',
  special: false,
  search,
  encrypted: true,
  unique: false,
});

test('nothing is indexed for what is not searched, and for null', () => {
  expect(tokenTexts(attribute('none'), 'Ada', spelling).size).toBe(0);
  expect(tokenTexts(attribute('substring'), null, spelling).size).toBe(0);
});

test('a prefix index holds the beginnings of the value and of its words, folded', () => {
  expect(tokenTexts(attribute('prefix'), 'José Ruiz', spelling).get('prefix')).toEqual(
    expect.arrayContaining(['j', 'jose', 'jose ruiz', 'r', 'ruiz']),
  );
});

test('whatever the letter case, one look-up finds it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const stored = tokenTexts(attribute('exact'), text, spelling);
      const found = textsEqualIgnoringCase(
        text.toUpperCase().toLowerCase() === text.toLowerCase() ? text.toUpperCase() : text,
      );
      expect(found.some(([kind, wanted]) => stored.get(kind)?.includes(wanted))).toBe(true);
    }),
  );
});

test('candidates by prefix hold every true match', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
      (start, rest) => {
        const wanted = folded(start);
        fc.pre(wanted !== '' && folded(start + rest).startsWith(wanted));
        expect(tokenTexts(attribute('prefix'), start + rest, spelling).get('prefix')).toContain(
          prefixOf(wanted),
        );
      },
    ),
  );
});

test('candidates by trigram hold every true match', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 3 }), fc.string(), (before, needle, after) => {
      const stored =
        tokenTexts(attribute('substring'), before + needle + after, spelling).get('trigram') ?? [];
      for (const gram of trigrams(folded(needle))) expect(stored).toContain(gram);
    }),
  );
});

test('folding drops case, accents and the two forms of sigma', () => {
  expect(folded('ÉCLAIR')).toBe(folded('éclair'));
  expect(folded('ΟΔΟΣ')).toBe(folded('οδοσ'));
  expect(words("O'Brien-Smith")).toEqual(['o', 'brien', 'smith']);
  expect([...prefixOf('x'.repeat(40))]).toHaveLength(MAX_PREFIX);
});
