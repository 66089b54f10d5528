import type { Core } from '@strapi/types';

import {
  type Answer,
  asksForPage,
  field,
  hasPrivacyControl,
  isMeant,
  pageLanguage,
  type PublicContext,
  respond,
  withErrorPages,
} from '../public-pages';

import { confirm, type Confirmation, describeConfirmation, renew } from './confirmation';
import { TRAP } from './form/form-page';
import { returnedForm } from './form/returned-form';
import { limitedByAddress } from './limits';
import { receiveSubscription, type Subscription } from './opt-ins';
import * as pages from './pages';
import { publicLink } from './public-link';
import { originOf, refererOf } from './request-origin';
import { guardianNeeded, purposesAskedFor } from './subscription-checks';
import { parseSubscription } from './subscription-input';
import { describeUnsubscription, unsubscribe } from './unsubscribe';

type Action = (ctx: PublicContext) => Promise<void>;

/** The public routes of consent (design 6): parse, ask the service, answer. */
export function consentController({ strapi }: { strapi: Core.Strapi }): Record<string, Action> {
  const limited = (ctx: PublicContext): Promise<void> => limitedByAddress(strapi).consume(ctx);

  return withErrorPages(strapi, {
    async subscribe(ctx) {
      await limited(ctx);
      try {
        await subscribe(ctx);
      } catch (refusal) {
        const form = asksForPage(ctx) ? await returnedForm(strapi, ctx, refusal) : null;
        if (form === null) throw refusal;
        respond(strapi, ctx, form);
      }
    },

    async showConfirmation(ctx) {
      const found = await describeConfirmation(strapi, ctx.params['token']);
      respond(strapi, ctx, answerTo(ctx, found));
    },

    async confirm(ctx) {
      await limited(ctx);
      const { token } = ctx.params;
      if (!isMeant(ctx, 'confirm')) {
        respond(strapi, ctx, answerTo(ctx, await describeConfirmation(strapi, token)));
        return;
      }
      // What the person agrees to is what this page showed, also when they chose another language for it.
      const shownIn = pageLanguage(strapi, ctx, (await describeConfirmation(strapi, token)).optIn?.language);
      respond(strapi, ctx, answerTo(ctx, await confirm(strapi, token, originOf(ctx), shownIn)));
    },

    async renew(ctx) {
      await limited(ctx);
      const { token } = ctx.params;
      if (!isMeant(ctx, 'renew')) {
        respond(strapi, ctx, answerTo(ctx, await describeConfirmation(strapi, token)));
        return;
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
        respond(strapi, ctx, answer);
        return;
      }
      const found = await unsubscribe(strapi, token, originOf(ctx), oneClick ? 'one-click' : 'page');
      const language = pageLanguage(strapi, ctx, found?.language);
      respond(strapi, ctx, found === null ? pages.unknownLink(language) : pages.unsubscribed(language));
    },
  });

  async function subscribe(ctx: PublicContext): Promise<void> {
    const { body } = ctx.request;
    const input = parseSubscription(body);
    const language = input.language ?? pageLanguage(strapi, ctx);
    const purposes = await purposesAskedFor(strapi, input, language);
    const guardianEmail = guardianNeeded(strapi, input, purposes) ? input.guardianEmail : null;
    const { email, firstName, lastName } = input;
    // What a robot filled in is answered like the rest, and is nobody's subscription.
    if ((field(body, TRAP) ?? '') === '') {
      const subscription: Subscription = {
        email,
        purposes: input.purposes,
        language,
        firstName,
        lastName,
        formUrl: input.formUrl ?? refererOf(ctx),
        guardianEmail,
        privacyControl: hasPrivacyControl(ctx),
      };
      await receiveSubscription(strapi, subscription, originOf(ctx));
    }
    respond(strapi, ctx, pages.checkInbox(language), 'json');
  }

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
        return found.optIn.confirmer === 'guardian'
          ? pages.askGuardianToConfirm(language, found.purposes)
          : pages.askToConfirm(language, found.purposes);
      case 'guardian-asked':
        return pages.guardianAsked(language);
      case 'confirmed':
        return found.optIn.confirmer === 'guardian'
          ? pages.guardianConfirmed(language)
          : pages.confirmed(language);
    }
  }
}
