import type { Core } from '@strapi/types';

import { badRequest } from '../platform/errors';
import { acceptedLanguage } from '../platform/languages';
import { readSettings } from '../platform/settings';

import { findPurposes } from '../lawfulness';
import { type Answer, type PublicContext, PublicRateLimit, respond } from '../public-pages';

import { confirm, type Confirmation, describeConfirmation, renew } from './confirmation';
import type { Origin } from './ledger';
import { receiveSubscription } from './opt-ins';
import * as pages from './pages';
import { publicLink } from './public-link';
import { parseSubscription } from './subscription-input';
import { describeUnsubscription, unsubscribe } from './unsubscribe';

type Action = (ctx: PublicContext) => Promise<void>;

/** The public routes of consent (design 6): parse, ask the service, answer. */
export function consentController({ strapi }: { strapi: Core.Strapi }): Record<string, Action> {
  let limit: PublicRateLimit | null = null;
  const limited = (ctx: PublicContext): Promise<void> =>
    (limit ??= new PublicRateLimit(readSettings(strapi).rateLimit)).consume(ctx);

  return {
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
      const language = input.language ?? languageFor(ctx);
      await receiveSubscription(strapi, { ...input, language }, originOf(ctx));
      respond(strapi, ctx, pages.checkInbox(language), 'json');
    },

    async showConfirmation(ctx) {
      const found = await describeConfirmation(strapi, ctx.params['token']);
      const answer =
        found.outcome === 'open'
          ? pages.askToConfirm(found.optIn.language, found.purposes)
          : answerTo(ctx, found);
      respond(strapi, ctx, answer);
    },

    async confirm(ctx) {
      await limited(ctx);
      respond(strapi, ctx, answerTo(ctx, await confirm(strapi, ctx.params['token'], originOf(ctx))));
    },

    async renew(ctx) {
      await limited(ctx);
      const found = await renew(strapi, ctx.params['token'], originOf(ctx));
      const wasRenewed = found.outcome === 'expired' || found.outcome === 'open';
      respond(strapi, ctx, wasRenewed ? pages.checkInbox(found.optIn.language) : answerTo(ctx, found));
    },

    async showUnsubscribe(ctx) {
      const found = await describeUnsubscription(strapi, ctx.params['token']);
      const answer =
        found === null
          ? pages.unknownLink(languageFor(ctx))
          : pages.askToUnsubscribe(found.language, found.purpose);
      respond(strapi, ctx, answer);
    },

    async unsubscribe(ctx) {
      await limited(ctx);
      const method = isOneClick(ctx.request.body) ? 'one-click' : 'page';
      const found = await unsubscribe(strapi, ctx.params['token'], originOf(ctx), method);
      respond(
        strapi,
        ctx,
        found === null ? pages.unknownLink(languageFor(ctx)) : pages.unsubscribed(found.language),
      );
    },
  };

  function answerTo(ctx: PublicContext, found: Confirmation): Answer {
    switch (found.outcome) {
      case 'unknown':
        return pages.unknownLink(languageFor(ctx));
      case 'expired': {
        const token = encodeURIComponent(ctx.params['token'] ?? '');
        const action = new URL(publicLink(strapi, `/subscriptions/renew/${token}`), 'http://localhost')
          .pathname;
        return pages.expired(found.optIn.language, action);
      }
      case 'already-confirmed':
        return pages.alreadyConfirmed(found.optIn.language);
      case 'open':
      case 'confirmed':
        return pages.confirmed(found.optIn.language);
    }
  }
}

function languageFor(ctx: PublicContext): ReturnType<typeof acceptedLanguage> {
  const header = ctx.request.headers['accept-language'];
  return acceptedLanguage(Array.isArray(header) ? header[0] : header);
}

/** `request.ip` follows Strapi's own trusted-proxy setting; a forged X-Forwarded-For does not get here. */
function originOf(ctx: PublicContext): Origin {
  const agent = ctx.request.headers['user-agent'];
  return { ip: ctx.request.ip, userAgent: typeof agent === 'string' ? agent.slice(0, 512) : null };
}

function isOneClick(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'List-Unsubscribe' in body &&
    body['List-Unsubscribe'] === 'One-Click'
  );
}
