import type { Language } from '../../platform/languages';

import { type Purpose, textOf } from '../../lawfulness';
import { type Answer, html } from '../../public-pages';

import { TEXTS } from '../texts';

import { intent, says, textLanguage } from './parts';

export function askToUnsubscribe(language: Language, purpose: Purpose | null): Answer {
  const { leave } = TEXTS[language];
  const name =
    purpose === null
      ? html``
      : html`<ul>
          <li lang="${textLanguage(purpose, language)}">${textOf(purpose, language).name}</li>
        </ul>`;
  const content = html`<p>${leave.text}</p>
    ${name}
    <form method="post">${intent('unsubscribe')}<button>${leave.button}</button></form>`;
  return { ...says(200, language, 'unsubscription-open', leave), content };
}

export function unsubscribed(language: Language): Answer {
  return says(200, language, 'unsubscribed', TEXTS[language].left);
}
