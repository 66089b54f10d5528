import { readFileSync } from 'node:fs';
import path from 'node:path';

import { TYPE } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

const texts = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(path.join(__dirname, `${language}.json`), 'utf8')) as Record<string, string>;

/** The names of what is filled in, through all branches of plurals. */
function placeholders(elements: readonly Element[]): Set<string> {
  const names = new Set<string>();
  for (const element of elements) {
    // Literal texts and the number sign of a plural have no name of their own.
    if (element.type !== TYPE.literal && element.type !== TYPE.pound) names.add(element.value);
    const options = 'options' in element ? Object.values(element.options) : [];
    for (const { value } of options) for (const name of placeholders(value)) names.add(name);
  }
  return names;
}

const parsed = (text: string, language: string): string[] =>
  [...placeholders(new IntlMessageFormat(text, language).getAst())].sort();

test.each(['de', 'fr', 'es'])('%s has every text, with the same things to fill in', (language) => {
  const [english, translated] = [texts('en'), texts(language)];
  expect(Object.keys(translated)).toEqual(Object.keys(english));
  for (const [key, text] of Object.entries(english))
    expect([key, parsed(translated[key] ?? '', language)]).toEqual([key, parsed(text, 'en')]);
});
