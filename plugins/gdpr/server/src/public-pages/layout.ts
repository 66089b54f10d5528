import { html, Html } from '../platform/html';
import { directionOf, type Language, LANGUAGES } from '../platform/languages';

import { FRAME } from './texts';

export interface Page {
  readonly language: Language;
  readonly title: string;
  /** The controller's name: whoever reads must know whose page this is. */
  readonly controller: string;
  readonly privacyPolicyUrl?: string | undefined;
  /** Address or `data:` of the controller's logo; its name stands for it where pictures are not seen. */
  readonly logo?: string | undefined;
  readonly styles: string;
  /** Where the same page stands in another language; none where the page cannot be asked for again. */
  readonly inLanguage?: ((language: Language) => string) | undefined;
  readonly content: Html;
}

/**
 * A complete page for data subjects: no script, readable at any size, light or dark as the reader's system says,
 * contrasts of WCAG 2.2 AA. It asks nobody for anything but the controller's logo.
 */
export function renderPage(page: Page): string {
  const { language, title, controller, privacyPolicyUrl, logo, styles, content } = page;
  return html`<!doctype html>
    <html lang="${language}" dir="${directionOf(language)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${controller}</title>
        ${new Html(`<style>${styles}</style>`)}
      </head>
      <body>
        ${logo === undefined ? '' : html`<header><img src="${logo}" alt="${controller}" /></header>`}
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        <footer>
          ${controller}${privacyPolicyUrl === undefined ? '' : html` · <a href="${privacyPolicyUrl}">${FRAME[language].privacyPolicy}</a>`}
          ${languageChoice(page)}
        </footer>
      </body>
    </html> `.markup;
}

function languageChoice({ language, inLanguage }: Page): Html {
  if (inLanguage === undefined) return html``;
  const others = LANGUAGES.filter((other) => other !== language);
  return html`<nav aria-label="${FRAME[language].languages}">
    <ul>
      ${others.map(
        (other) =>
          html`<li>
            <a href="${inLanguage(other)}" lang="${other}" hreflang="${other}">${FRAME[other].name}</a>
          </li>`,
      )}
    </ul>
  </nav>`;
}
