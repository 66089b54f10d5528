import type { Language } from '../../platform/languages';

import type { Purpose } from '../../lawfulness';
import { type Answer, html } from '../../public-pages';

import { TEXTS } from '../texts';

import { consentTexts, intent, says } from './parts';

export function checkInbox(language: Language): Answer {
  return says(202, language, 'accepted', TEXTS[language].checkInbox);
}

export function askToConfirm(language: Language, purposes: readonly Purpose[]): Answer {
  const { confirm } = TEXTS[language];
  const content = html`<p>${confirm.text}</p>
    ${consentTexts(language, purposes)}
    <form method="post">${intent('confirm')}<button>${confirm.button}</button></form>`;
  return { ...says(200, language, 'confirmation-open', confirm), content };
}

export function confirmed(language: Language): Answer {
  return says(200, language, 'confirmed', TEXTS[language].confirmed);
}

export function alreadyConfirmed(language: Language): Answer {
  return says(200, language, 'already-confirmed', TEXTS[language].alreadyConfirmed);
}

/** @param renewAction where the form posts to, for a new link */
export function expired(language: Language, renewAction: string): Answer {
  const { expired: texts } = TEXTS[language];
  const content = html`<p>${texts.text}</p>
    <form method="post" action="${renewAction}">${intent('renew')}<button>${texts.button}</button></form>`;
  return { ...says(410, language, 'token-expired', texts), content };
}

export function unknownLink(language: Language): Answer {
  return says(404, language, 'token-unknown', TEXTS[language].unknownLink);
}
