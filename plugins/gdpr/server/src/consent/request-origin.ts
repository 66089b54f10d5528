import type { PublicContext } from '../public-pages';

import type { Origin } from './ledger';

/** `request.ip` follows Strapi's own trusted-proxy setting; a forged X-Forwarded-For does not get here. */
export function originOf(ctx: PublicContext): Origin {
  const agent = ctx.request.headers['user-agent'];
  return { ip: ctx.request.ip, userAgent: typeof agent === 'string' ? agent.slice(0, 512) : null };
}

/** The page a form was sent from, where the form itself does not say: what the browser tells, a claim like the other. */
export function refererOf(ctx: PublicContext): string | null {
  const referer = ctx.request.headers['referer'];
  if (typeof referer !== 'string' || referer.length > 2_048 || !URL.canParse(referer)) return null;
  return /^https?:$/.test(new URL(referer).protocol) ? referer : null;
}
