/** The languages the plugin speaks to people. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language for a tag such as `de-AT`; English for what is not spoken here. */
export function languageOf(tag: string | null | undefined): Language {
  const primary = tag?.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === primary) ?? 'en';
}

/** The best spoken language of an `Accept-Language` header (RFC 9110, 12.5.4), by weight and then by order. */
export function acceptedLanguage(header: string | undefined): Language {
  const ranges = (header ?? '')
    .split(',')
    .map((part, order) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { tag, order, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(
      ({ tag, weight }) => weight > 0 && LANGUAGES.some((language) => tag.toLowerCase().startsWith(language)),
    )
    .sort((a, b) => b.weight - a.weight || a.order - b.order);
  return languageOf(ranges[0]?.tag);
}
