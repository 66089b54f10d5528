import type { Language } from '../../platform/languages';

import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import type { Texts } from './texts';

export type { Texts } from './texts';

/** What consent says to people, by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en, de, fr, es };

/** A day as people write it, for example "3 May 2026". */
export function dateText(language: Language, date: Date): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'long',
    timeZone: 'UTC',
  }).format(date);
}
