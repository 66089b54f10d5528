export { escapeHtml, html, type Html } from '../platform/html';
export { withErrorPages } from './error-pages';
export { PublicRateLimit } from './rate-limit';
export { type Answer, forbidCaching, pageLanguage, type PublicContext, respond } from './respond';
export { asksForPage, field, fields, hasPrivacyControl, INTENT, isMeant, looksAhead } from './visitor';

import { GdprError } from '../platform/errors';
import type { Room } from '../platform/room';
import { readSettings } from '../platform/settings';

import { quietBodyErrors } from './body-errors';
import { colourFault } from './theme';

/** Pages for data subjects, rendered on the server. */
export const publicPagesRoom: Room = {
  name: 'public-pages',

  register(strapi) {
    const { color, darkColor } = readSettings(strapi).publicPages;
    for (const [setting, colour, mode] of [
      ['color', color, 'light'],
      ['darkColor', darkColor, 'dark'],
    ] as const) {
      const fault = colour === undefined ? null : colourFault(colour, mode);
      if (fault !== null)
        throw new GdprError('setting-invalid', `gdpr.config.publicPages.${setting}: ${fault}.`);
    }
    quietBodyErrors(strapi);
  },
};
