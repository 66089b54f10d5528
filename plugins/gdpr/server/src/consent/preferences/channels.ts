import { LANGUAGES } from '../../platform/languages';
import type { Channel } from '../../platform/settings';

import type { Purpose } from '../../lawfulness';

import type { ConsentState } from '../consent-state';
import { TEXTS } from '../texts';

/**
 * A way of reaching people, as something that can be agreed to and withdrawn: so its history is in the ledger, with the
 * same evidence. No purpose of a project can have its slug, because slugs hold no colon.
 */
export function channelPurpose(channel: Channel): Purpose {
  const texts = Object.fromEntries(
    LANGUAGES.map((language) => {
      const name = TEXTS[language].preferences.channel[channel];
      return [language, { name, consent: `${TEXTS[language].preferences.channels}: ${name}` }];
    }),
  );
  return {
    slug: `channel:${channel}`,
    name: TEXTS.en.preferences.channel[channel],
    lawfulBasis: 'consent',
    doubleOptIn: false,
    active: true,
    askAge: false,
    soldOrShared: false,
    texts,
  };
}

/**
 * Whether somebody may be reached this way. By mail until they say no, since that is how they were asked; by telephone,
 * text message or post only after they have said yes.
 */
export function channelAllowed(channel: Channel, state: ConsentState): boolean {
  return state === 'none' ? channel === 'email' : state === 'given';
}
