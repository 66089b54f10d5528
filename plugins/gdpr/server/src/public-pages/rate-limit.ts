import { errors } from '@strapi/utils';
import { RateLimiterMemory } from 'rate-limiter-flexible';

import type { Settings } from '../platform/settings';

import type { PublicContext } from './respond';

/** Limits how often one network address may post to the public routes of this node. */
export class PublicRateLimit {
  private readonly limiter: RateLimiterMemory;

  constructor(settings: Settings['rateLimit']) {
    this.limiter = new RateLimiterMemory({ points: settings.perIp, duration: settings.windowSeconds });
  }

  /** @throws RateLimitError (429) with `Retry-After` in seconds */
  async consume(ctx: PublicContext): Promise<void> {
    try {
      await this.limiter.consume(ctx.request.ip);
    } catch (refused) {
      const wait =
        typeof refused === 'object' && refused !== null && 'msBeforeNext' in refused
          ? Number(refused.msBeforeNext)
          : 60_000;
      const seconds = Math.max(1, Math.ceil(wait / 1_000));
      ctx.set('Retry-After', String(seconds));
      throw new errors.RateLimitError(`Too many requests; try again in ${String(seconds)} seconds.`, {
        code: 'rate-limited',
      });
    }
  }
}
