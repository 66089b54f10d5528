import type { AnnotatedAttribute } from '../annotation';

import type { TokenKind } from './scopes';
import type { Spelling } from './spelling';

/** Prefix tokens reach this far; a longer search is decided by opening the candidates. */
export const MAX_PREFIX = 12;
const WORD = /[\p{L}\p{N}]+/gu;

/** The form that decides `$eqi`: what Strapi compares there, and no more. */
export function lowerCased(text: string): string {
  return text.toLowerCase();
}

/** The form that prefixes, trigrams and `_q` work on: without letter case, accents and compatibility forms. */
export function folded(text: string): string {
  // A sigma is lower-cased by its place in the word; folded, it must look the same in a word and in a part of it.
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ');
}

/** Words as people search them: runs of letters and digits of the folded text. */
export function words(text: string): string[] {
  return folded(text).match(WORD) ?? [];
}

/** The first `MAX_PREFIX` characters (code points). */
export function prefixOf(text: string): string {
  return [...text].slice(0, MAX_PREFIX).join('');
}

export function trigrams(text: string): string[] {
  const characters = [...text];
  const grams = new Set<string>();
  for (let at = 0; at + 3 <= characters.length; at += 1) grams.add(characters.slice(at, at + 3).join(''));
  return [...grams];
}

/** What is hashed for one value: the texts of each kind of token that the attribute's search level calls for. */
export function tokenTexts(
  attribute: AnnotatedAttribute,
  value: unknown,
  spelling: Spelling,
): ReadonlyMap<TokenKind, readonly string[]> {
  const texts = new Map<TokenKind, readonly string[]>();
  if (attribute.search === 'none' || value === null || value === undefined) return texts;
  const text = canonicalText(value);
  texts.set('value', [text]);
  // What is in lower case already answers by its value token: see textsEqualIgnoringCase.
  if (lowerCased(text) !== text) texts.set('folded', [lowerCased(text)]);
  const spelt = spelling(attribute, text);
  // Most values are in that form already, and then one of the tokens above answers for it: see textsOfAnySpelling.
  if (spelt !== text && spelt !== lowerCased(text)) texts.set('spelling', [spelt]);
  if (attribute.search === 'exact') return texts;
  texts.set('prefix', prefixes(text, spelt));
  if (attribute.search === 'substring') texts.set('trigram', trigrams(folded(text)));
  return texts;
}

/** What to look for so as to find a text whatever its letter case: the counterpart of how {@link tokenTexts} stores it. */
export function textsEqualIgnoringCase(text: string): readonly (readonly [TokenKind, string])[] {
  return [
    ['value', lowerCased(text)],
    ['folded', lowerCased(text)],
  ];
}

/** What to look for so as to find a value in whatever spelling; wider than any filter, for the search box. */
export function textsOfAnySpelling(
  attribute: AnnotatedAttribute,
  text: string,
  spelling: Spelling,
): readonly (readonly [TokenKind, string])[] {
  const spelt = spelling(attribute, text);
  return [...textsEqualIgnoringCase(text), ['value', spelt], ['folded', spelt], ['spelling', spelt]];
}

/** One text for each value: the same value written in two ways of its type has been made the same before. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

function prefixes(text: string, spelt: string): string[] {
  const found = new Set<string>();
  for (const start of [folded(text), spelt, ...words(text)]) {
    const characters = [...start];
    for (let length = 1; length <= Math.min(MAX_PREFIX, characters.length); length += 1) {
      found.add(characters.slice(0, length).join(''));
    }
  }
  return [...found];
}
