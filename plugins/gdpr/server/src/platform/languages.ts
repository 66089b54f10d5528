/** The languages the plugin speaks to people. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Which way a language is written, for the `dir` of a page. Whoever adds a language says it here. */
const DIRECTIONS: Readonly<Record<Language, 'ltr' | 'rtl'>> = { en: 'ltr', de: 'ltr', fr: 'ltr', es: 'ltr' };

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return DIRECTIONS[language];
}

/** The language of a tag such as `de-AT` (RFC 5646), or `null` for what is not spoken here. */
export function spokenLanguage(tag: unknown): Language | null {
  const primary = typeof tag === 'string' ? tag.trim().toLowerCase().split(/[-_]/)[0] : undefined;
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/** The language of a tag, or the site's own for what is not spoken here. */
export function languageOrDefault(tag: unknown, fallback: Language): Language {
  return spokenLanguage(tag) ?? fallback;
}

/** The best spoken language of an `Accept-Language` header (RFC 9110, 12.5.4), by weight and then by order. */
export function preferredLanguage(header: string | undefined): Language | null {
  const [best] = (header ?? '')
    .split(',')
    .map((part, order) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { language: spokenLanguage(tag), order, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ language, weight }) => language !== null && weight > 0)
    .sort((a, b) => b.weight - a.weight || a.order - b.order);
  return best?.language ?? null;
}

export interface LanguageClues {
  /** `?lang=` of the address: what the reader chose on this very page. */
  readonly asked?: unknown;
  /** What is known of the person: the language of the form, the mail or the token that led here. */
  readonly known?: Language | null | undefined;
  /** The `Accept-Language` header. */
  readonly header?: string | undefined;
  /** The site's own language. */
  readonly fallback: Language;
}

/** The language to answer in: as chosen, as known, as the browser prefers, as the site speaks. */
export function negotiateLanguage({ asked, known, header, fallback }: LanguageClues): Language {
  return spokenLanguage(asked) ?? known ?? preferredLanguage(header) ?? fallback;
}
