import type { Language } from '../../platform/languages';

import { type Purpose, textOf } from '../../lawfulness';
import { type Answer, html, type Html, INTENT } from '../../public-pages';

/** A page that only says something. */
export function says(
  status: number,
  language: Language,
  code: string,
  { title, text }: { readonly title: string; readonly text: string },
): Answer {
  return { status, language, code, title, message: text, content: html`<p>${text}</p>` };
}

/** The hidden field by which a form of ours is told from a scanner that posts to every link. */
export function intent(value: string): Html {
  return html`<input type="hidden" name="${INTENT}" value="${value}" />`;
}

/**
 * The `lang` of a purpose's texts (WCAG 2.2, 3.1.2): those that the project has not translated stand in English on a
 * page in another language.
 */
export function textLanguage(purpose: Purpose, language: Language): Language {
  return purpose.texts?.[language] === undefined ? 'en' : language;
}

/** What a person agrees to, word for word as the ledger keeps it. */
export function consentTexts(language: Language, purposes: readonly Purpose[]): Html {
  return html`<ul>
    ${purposes.map(
      (purpose) =>
        html`<li lang="${textLanguage(purpose, language)}">${textOf(purpose, language).consent}</li>`,
    )}
  </ul>`;
}
