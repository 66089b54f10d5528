import type { Core } from '@strapi/types';

import { type Language } from '../platform/languages';
import { readSettings } from '../platform/settings';

import type { Html } from '../platform/html';
import { renderPage } from './layout';

/** What this room needs of Koa's context. */
export interface PublicContext {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly request: {
    readonly ip: string;
    readonly body?: unknown;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  };
  status: number;
  body: unknown;
  type: string;
  set(name: string, value: string): void;
  accepts(...types: string[]): string | false;
}

export interface Answer {
  readonly status: number;
  readonly language: Language;
  readonly title: string;
  readonly content: Html;
  /** The same for programs, as `data` on success and `error` otherwise. */
  readonly code: string;
  readonly message: string;
}

/** Nothing on the way may keep an answer that came by a token, and no page it links to may learn the token. */
export function forbidCaching(ctx: PublicContext): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('X-Robots-Tag', 'noindex, nofollow');
}

/**
 * Answers a person with a page and a program with JSON, by what the request accepts.
 *
 * @param otherwise for a request that accepts anything, as programs send it by default
 */
export function respond(
  strapi: Core.Strapi,
  ctx: PublicContext,
  answer: Answer,
  otherwise: 'html' | 'json' = 'html',
): void {
  forbidCaching(ctx);
  ctx.status = answer.status;
  ctx.set('Vary', 'Accept');
  if (ctx.accepts(otherwise, otherwise === 'html' ? 'json' : 'html') === 'json') {
    ctx.body =
      answer.status < 400
        ? { data: { code: answer.code, message: answer.message } }
        : {
            data: null,
            error: {
              status: answer.status,
              name: 'ApplicationError',
              message: answer.message,
              details: { code: answer.code },
            },
          };
    return;
  }
  const { controller } = readSettings(strapi);
  ctx.type = 'html';
  ctx.set('Content-Language', answer.language);
  ctx.body = renderPage({
    language: answer.language,
    title: answer.title,
    controller: controller.name,
    privacyPolicyUrl: controller.privacyPolicyUrl,
    content: answer.content,
  });
}
