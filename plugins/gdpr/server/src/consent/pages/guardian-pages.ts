import type { Language } from '../../platform/languages';

import type { Purpose } from '../../lawfulness';
import { type Answer, html } from '../../public-pages';

import { TEXTS } from '../texts';

import { consentTexts, intent, says } from './parts';

/** What a parent or guardian reads before they agree: what the child agreed to, word for word, and what they declare. */
export function askGuardianToConfirm(language: Language, purposes: readonly Purpose[]): Answer {
  const { guardian } = TEXTS[language];
  const content = html`<p>${guardian.text}</p>
    ${consentTexts(language, purposes)}
    <p><strong>${guardian.declaration}</strong></p>
    <form method="post">${intent('confirm')}<button>${guardian.button}</button></form>`;
  return { ...says(200, language, 'confirmation-open', guardian), content };
}

export function guardianAsked(language: Language): Answer {
  return says(200, language, 'guardian-asked', TEXTS[language].guardian.asked);
}

export function guardianConfirmed(language: Language): Answer {
  return says(200, language, 'confirmed', TEXTS[language].guardian.confirmed);
}
