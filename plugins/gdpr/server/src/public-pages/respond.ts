import { createHash } from 'node:crypto';

import type { Core } from '@strapi/types';

import { type Language, negotiateLanguage } from '../platform/languages';
import { readSettings, type Settings } from '../platform/settings';

import type { Html } from '../platform/html';
import { renderPage } from './layout';
import { styleSheet } from './theme';

/** What this room needs of Koa's context. */
export interface PublicContext {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
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
  /** What a program gets besides. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Nothing on the way may keep an answer that came by a token, and no page it links to may learn the token. */
export function forbidCaching(ctx: PublicContext): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('X-Robots-Tag', 'noindex, nofollow');
}

/** The language to answer this request in; `known` is that of the token or form, if one is. */
export function pageLanguage(
  strapi: Core.Strapi,
  ctx: Pick<PublicContext, 'query' | 'request'>,
  known?: Language | null,
): Language {
  const header = ctx.request.headers['accept-language'];
  return negotiateLanguage({
    asked: ctx.query['lang'],
    known,
    header: Array.isArray(header) ? header[0] : header,
    fallback: readSettings(strapi).publicPages.language,
  });
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
  ctx.set('Vary', 'Accept, Accept-Language');
  if (ctx.accepts(otherwise, otherwise === 'html' ? 'json' : 'html') === 'json') {
    ctx.body =
      answer.status < 400
        ? { data: { code: answer.code, message: answer.message, ...answer.data } }
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
  const { controller, publicPages } = readSettings(strapi);
  const styles = styleSheet({ colour: publicPages.color, darkColour: publicPages.darkColor });
  ctx.type = 'html';
  ctx.set('Content-Language', answer.language);
  ctx.set('Content-Security-Policy', contentSecurityPolicy(styles, publicPages.logo));
  ctx.body = renderPage({
    language: answer.language,
    title: answer.title,
    controller: controller.name,
    privacyPolicyUrl: controller.privacyPolicyUrl,
    logo: publicPages.logo,
    styles,
    inLanguage: ctx.method === 'GET' ? (language) => sameAddress(ctx, language) : undefined,
    content: answer.content,
  });
}

/** Nothing runs on these pages, nobody frames them, and their forms go back to where they came from. */
function contentSecurityPolicy(styles: string, logo: Settings['publicPages']['logo']): string {
  const hash = createHash('sha256').update(styles).digest('base64');
  const picture = logo === undefined ? "'none'" : logo.startsWith('data:') ? 'data:' : new URL(logo).origin;
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src ${picture}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

/** This very page in another language: relative, so that it holds behind a proxy that adds a prefix. */
function sameAddress({ query }: PublicContext, language: Language): string {
  const kept = Object.entries(query).flatMap(([name, value]) =>
    name === 'lang' ? [] : [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return `?${new URLSearchParams([...kept, ['lang', language]]).toString()}`;
}
