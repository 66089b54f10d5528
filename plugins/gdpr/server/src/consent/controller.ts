import type { Core } from '@strapi/types';

import { badRequest } from '../platform/errors';

import { findPurposes } from '../lawfulness';
import {
  type Answer,
  field,
  isMeant,
  pageLanguage,
  type PublicContext,
  respond,
  withErrorPages,
} from '../public-pages';

import { confirm, type Confirmation, describeConfirmation, renew } from './confirmation';
import { limitedByAddress } from './limits';
import { receiveSubscription } from './opt-ins';
import * as pages from './pages';
import { publicLink } from './public-link';
import { originOf, refererOf } from './request-origin';
import { parseSubscription } from './subscription-input';
import { describeUnsubscription, unsubscribe } from './unsubscribe';

type Action = (ctx: PublicContext) => Promise<void>;

/** The public routes of consent (design 6): parse, ask the service, answer. */
export function consentController({ strapi }: { strapi: Core.Strapi }): Record<string, Action> {
  const limited = (ctx: PublicContext): Promise<void> => limitedByAddress(strapi).consume(ctx);

  return withErrorPages(strapi, {
    async subscribe(ctx) {
      await limited(ctx);
      const input = parseSubscription(ctx.request.body);
      const known = await findPurposes(strapi, input.purposes);
      const unknown = input.purposes.filter((slug) => !known.some((purpose) => purpose.slug === slug));
      if (unknown.length > 0) {
        const message = `purposes must name purposes of this site; unknown: ${unknown.map((slug) => JSON.stringify(slug)).join(', ')}`;
        throw badRequest('purpose-unknown', message, {
          errors: [{ path: ['purposes'], message, name: 'ValidationError' }],
        });
      }
      const language = input.language ?? pageLanguage(strapi, ctx);
      const formUrl = input.formUrl ?? refererOf(ctx);
      await receiveSubscription(strapi, { ...input, language, formUrl }, originOf(ctx));
      respond(strapi, ctx, pages.checkInbox(language), 'json');
    },

    async showConfirmation(ctx) {
      const found = await describeConfirmation(strapi, ctx.params['token']);
      respond(strapi, ctx, answerTo(ctx, found));
    },

    async confirm(ctx) {
      await limited(ctx);
      const { token } = ctx.params;
      if (!isMeant(ctx, 'confirm')) {
        return void respond(strapi, ctx, answerTo(ctx, await describeConfirmation(strapi, token)));
      }
      // What the person agrees to is what this page showed, also when they chose another language for it.
      const shownIn = pageLanguage(strapi, ctx, (await describeConfirmation(strapi, token)).optIn?.language);
      respond(strapi, ctx, answerTo(ctx, await confirm(strapi, token, originOf(ctx), shownIn)));
    },

    async renew(ctx) {
      await limited(ctx);
      const { token } = ctx.params;
      if (!isMeant(ctx, 'renew')) {
        return void respond(strapi, ctx, answerTo(ctx, await describeConfirmation(strapi, token)));
      }
      const found = await renew(strapi, token, originOf(ctx));
      const wasRenewed = found.outcome === 'expired' || found.outcome === 'open';
      respond(strapi, ctx, wasRenewed ? pages.checkInbox(languageOf(ctx, found)) : answerTo(ctx, found));
    },

    async showUnsubscribe(ctx) {
      const found = await describeUnsubscription(strapi, ctx.params['token']);
      const language = pageLanguage(strapi, ctx, found?.language);
      const answer =
        found === null ? pages.unknownLink(language) : pages.askToUnsubscribe(language, found.purpose);
      respond(strapi, ctx, answer);
    },

    async unsubscribe(ctx) {
      await limited(ctx);
      const { token } = ctx.params;
      const oneClick = field(ctx.request.body, 'List-Unsubscribe') === 'One-Click';
      if (!oneClick && !isMeant(ctx, 'unsubscribe')) {
        const found = await describeUnsubscription(strapi, token);
        const language = pageLanguage(strapi, ctx, found?.language);
        const answer =
          found === null ? pages.unknownLink(language) : pages.askToUnsubscribe(language, found.purpose);
        return void respond(strapi, ctx, answer);
      }
      const found = await unsubscribe(strapi, token, originOf(ctx), oneClick ? 'one-click' : 'page');
      const language = pageLanguage(strapi, ctx, found?.language);
      respond(strapi, ctx, found === null ? pages.unknownLink(language) : pages.unsubscribed(language));
    },
  });

  function languageOf(ctx: PublicContext, found: Confirmation): ReturnType<typeof pageLanguage> {
    return pageLanguage(strapi, ctx, found.optIn?.language);
  }

  function answerTo(ctx: PublicContext, found: Confirmation): Answer {
    const language = languageOf(ctx, found);
    switch (found.outcome) {
      case 'unknown':
        return pages.unknownLink(language);
      case 'expired': {
        const token = encodeURIComponent(ctx.params['token'] ?? '');
        const action = new URL(publicLink(strapi, `/subscriptions/renew/${token}`), 'http://localhost')
          .pathname;
        return pages.expired(language, action);
      }
      case 'already-confirmed':
        return pages.alreadyConfirmed(language);
      case 'open':
        return pages.askToConfirm(language, found.purposes);
      case 'confirmed':
        return pages.confirmed(language);
    }
  }
}
