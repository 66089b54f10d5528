import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';

import { html } from '../platform/html';
import { type Answer, pageLanguage, type PublicContext, respond } from './respond';
import { FRAME } from './texts';
import { asksForPage } from './visitor';

type Action = (ctx: PublicContext) => Promise<void>;

/**
 * Lets a person who sent a form read in their own language what went wrong; programs get Strapi's JSON. What is not
 * foreseen is not caught for long: Strapi logs it, and the person sees that it is not their fault.
 */
export function withErrorPages(strapi: Core.Strapi, actions: Record<string, Action>): Record<string, Action> {
  const wrapped = Object.entries(actions).map(([name, action]): [string, Action] => [
    name,
    async (ctx) => {
      try {
        await action(ctx);
      } catch (error) {
        if (!asksForPage(ctx)) throw error;
        respond(strapi, ctx, pageFor(strapi, ctx, error));
      }
    },
  ]);
  return Object.fromEntries(wrapped);
}

function pageFor(strapi: Core.Strapi, ctx: PublicContext, error: unknown): Answer {
  const language = pageLanguage(strapi, ctx);
  const texts = FRAME[language];
  const page = (status: number, code: string, title: string, message: string): Answer => ({
    status,
    language,
    code,
    title,
    message,
    content: html`<p>${message}</p>`,
  });
  if (error instanceof errors.RateLimitError) {
    const seconds = Number(/\d+/.exec(String(error.message))?.[0] ?? 60);
    return page(429, 'rate-limited', texts.tooManyTitle, texts.tooMany(seconds));
  }
  if (error instanceof errors.ValidationError) {
    return page(400, 'request-invalid', texts.invalidTitle, texts.invalid);
  }
  // The message of a database error may repeat what it was about: only its kind.
  strapi.log.error(`gdpr: a public page failed (${error instanceof Error ? error.name : typeof error}).`);
  return page(500, 'internal', texts.brokenTitle, texts.broken);
}
