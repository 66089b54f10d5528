import { type Language } from '../platform/languages';

import { html, type Html } from '../platform/html';

export interface Page {
  readonly language: Language;
  readonly title: string;
  /** The controller's name: whoever reads must know whose page this is. */
  readonly controller: string;
  readonly privacyPolicyUrl?: string | undefined;
  readonly content: Html;
}

const POLICY: Record<Language, string> = {
  en: 'Privacy policy',
  de: 'Datenschutzerklärung',
  fr: 'Politique de confidentialité',
  es: 'Política de privacidad',
};

/**
 * A complete page for data subjects: no script, no image, no request to anybody, readable at any size, light or dark
 * as the reader's system says, contrasts of WCAG 2.2 AA.
 */
export function renderPage({ language, title, controller, privacyPolicyUrl, content }: Page): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${controller}</title>
        <style>
          :root {
            --ink: #1f2430;
            --quiet: #545b6b;
            --paper: #f4f5f8;
            --card: #fff;
            --line: #d5d8e0;
            --act: #3a35c4;
            --act-ink: #fff;
          }
          @media (prefers-color-scheme: dark) {
            :root {
              --ink: #eceef4;
              --quiet: #b3b9c8;
              --paper: #14161d;
              --card: #1f222c;
              --line: #3a3f4d;
              --act: #aab0ff;
              --act-ink: #14161d;
            }
          }
          * {
            box-sizing: border-box;
          }
          body {
            margin: 0;
            background: var(--paper);
            color: var(--ink);
            font:
              1.0625rem/1.6 system-ui,
              sans-serif;
          }
          main,
          footer {
            max-width: 36rem;
            margin: 0 auto;
            padding: 1.5rem 1.25rem;
          }
          main {
            margin-top: 6vh;
            background: var(--card);
            border: 1px solid var(--line);
            border-radius: 0.75rem;
            padding: 2rem 1.75rem;
          }
          @media (max-width: 38rem) {
            main {
              margin: 1rem;
            }
          }
          h1 {
            margin: 0 0 1rem;
            font-size: 1.5rem;
            line-height: 1.25;
          }
          p,
          ul {
            margin: 0 0 1rem;
          }
          button {
            width: 100%;
            padding: 0.9rem 1.25rem;
            border: 0;
            border-radius: 0.5rem;
            background: var(--act);
            color: var(--act-ink);
            font: inherit;
            font-weight: 600;
            cursor: pointer;
          }
          button:hover {
            filter: brightness(1.08);
          }
          :focus-visible {
            outline: 3px solid var(--act);
            outline-offset: 3px;
          }
          .quiet,
          footer {
            color: var(--quiet);
            font-size: 0.9375rem;
          }
          a {
            color: var(--act);
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        <footer>
          ${controller}${privacyPolicyUrl === undefined ? '' : html` · <a href="${privacyPolicyUrl}">${POLICY[language]}</a>`}
        </footer>
      </body>
    </html> `.markup;
}
