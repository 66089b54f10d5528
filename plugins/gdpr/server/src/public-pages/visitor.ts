import type { PublicContext } from './respond';

type Request = Pick<PublicContext, 'request'>;

/**
 * Whether this is a browser that only looks ahead: speculative loading (`Sec-Purpose`, WHATWG Fetch), its older names,
 * and previews of mail and chat programs. What looks ahead has decided nothing.
 */
export function looksAhead({ request }: Request): boolean {
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /\b(prefetch|prerender|preview|preload)\b/i.test(header(request.headers, name)),
  );
}

/** Whether this asks for a page, as browsers do and what passes itself off as one. Programs ask for JSON or anything. */
export function asksForPage({ request }: Request): boolean {
  const accept = header(request.headers, 'accept').toLowerCase();
  return (
    accept.includes('text/html') ||
    accept.includes('application/xhtml') ||
    header(request.headers, 'sec-fetch-mode') === 'navigate'
  );
}

/** The name and values of the hidden field that the plugin's own forms carry. */
export const INTENT = 'intent';

/**
 * Whether this POST was meant: a form of ours sent by its button, or a program that calls the API. A scanner that posts
 * to every link it finds in a mail, dressed as a browser, sends no such field; one that only looks ahead says so.
 *
 * The limit of it: whoever loads the page and presses its buttons cannot be told from its reader.
 */
export function isMeant(ctx: Request, intent: string): boolean {
  if (looksAhead(ctx)) return false;
  return !asksForPage(ctx) || field(ctx.request.body, INTENT) === intent;
}

/** Whether the browser sends a Global Privacy Control signal (W3C GPC, `Sec-GPC: 1`). */
export function hasPrivacyControl({ request }: Request): boolean {
  return header(request.headers, 'sec-gpc').trim() === '1';
}

/** One value of a form or a JSON object; `undefined` for what is not text. */
export function field(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value: unknown = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** All values of a form's field or a JSON list. */
export function fields(body: unknown, name: string): readonly string[] {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return [];
  const value: unknown = (body as Record<string, unknown>)[name];
  return [value].flat().filter((one): one is string => typeof one === 'string');
}

function header(headers: PublicContext['request']['headers'], name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(',') : value) ?? '';
}
