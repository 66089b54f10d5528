import type { Core } from '@strapi/types';

import { badRequest } from '../../platform/errors';
import type { Language } from '../../platform/languages';
import { readSettings } from '../../platform/settings';

import {
  asksForPage,
  field,
  hasPrivacyControl,
  INTENT,
  isMeant,
  looksAhead,
  pageLanguage,
  type PublicContext,
  respond,
  withErrorPages,
} from '../../public-pages';

import { emailFault } from '../email-address';
import { limitedByAddress } from '../limits';
import { unknownLink } from '../pages';
import { publicLink } from '../public-link';
import { originOf } from '../request-origin';

import { type Circumstances, honourPrivacyControl, saveChanges, type Saved } from './changes';
import type { PreferenceHolder } from './extensions';
import { parseChanges } from './input';
import { receiveLinkRequest } from './link-requests';
import { askForLinkPage, linkSent, preferencesPage } from './page';
import { preferenceHolder, readPreferences } from './preferences';

/** The preference centre (design 6). The token in the address is the secret: there is no cookie, and nothing to forge. */
export function preferencesController({
  strapi,
}: {
  strapi: Core.Strapi;
}): Record<string, (ctx: PublicContext) => Promise<void>> {
  const limited = (ctx: PublicContext): Promise<void> => limitedByAddress(strapi).consume(ctx);

  return withErrorPages(strapi, {
    async show(ctx) {
      await answer(ctx, await preferenceHolder(strapi, ctx.params['token']), (holder) => holder.language);
    },

    async save(ctx) {
      await limited(ctx);
      const holder = await preferenceHolder(strapi, ctx.params['token']);
      const wanted = field(ctx.request.body, INTENT) ?? 'save';
      if (
        holder === null ||
        !isMeant(ctx, wanted) ||
        (asksForPage(ctx) && field(ctx.request.body, INTENT) === undefined)
      ) {
        await answer(ctx, holder, ({ language }) => language);
        return;
      }
      const changes = parseChanges(ctx.request.body);
      const language = pageLanguage(strapi, ctx, holder.language);
      const saved = await saveChanges(strapi, holder, changes, circumstances(ctx, language));
      await answer(ctx, holder, () => changes.language ?? language, saved);
    },

    async askForLink(ctx) {
      respond(strapi, ctx, askForLinkPage(pageLanguage(strapi, ctx)));
      return Promise.resolve();
    },

    async sendLink(ctx) {
      await limited(ctx);
      const language = pageLanguage(strapi, ctx);
      const email = (field(ctx.request.body, 'email') ?? '').trim();
      if (!isMeant(ctx, 'link')) {
        respond(strapi, ctx, askForLinkPage(language));
        return;
      }
      const fault = email === '' ? 'is required' : emailFault(email);
      if (fault !== null) {
        if (asksForPage(ctx)) {
          respond(strapi, ctx, askForLinkPage(language, { email }));
          return;
        }
        const message = `email ${fault}`;
        throw badRequest('request-invalid', message, {
          errors: [{ path: ['email'], message, name: 'ValidationError' }],
        });
      }
      await receiveLinkRequest(strapi, { email, language });
      respond(strapi, ctx, linkSent(language), 'json');
    },
  });

  async function answer(
    ctx: PublicContext,
    holder: PreferenceHolder | null,
    languageOf: (holder: PreferenceHolder) => Language,
    saved?: Saved,
  ): Promise<void> {
    if (holder === null) {
      respond(strapi, ctx, unknownLink(pageLanguage(strapi, ctx)));
      return;
    }
    const language = saved === undefined ? pageLanguage(strapi, ctx, languageOf(holder)) : languageOf(holder);
    const refused = await honourPrivacyControl(strapi, holder, circumstances(ctx, language));
    const preferences = await readPreferences(strapi, holder, language);
    const page = preferencesPage({
      language,
      controller: readSettings(strapi).controller.name,
      preferences,
      refused,
      formFor: (slug) => {
        const query = new URLSearchParams({ purposes: slug, lang: language }).toString();
        return `${new URL(publicLink(strapi, '/subscriptions/form'), 'http://localhost').pathname}?${query}`;
      },
      saved,
    });
    respond(strapi, ctx, page);
  }

  function circumstances(ctx: PublicContext, language: Language): Circumstances {
    // A look ahead and a HEAD declare nothing.
    const counts = ctx.method !== 'HEAD' && !looksAhead(ctx);
    return { origin: originOf(ctx), language, privacyControl: counts && hasPrivacyControl(ctx) };
  }
}
