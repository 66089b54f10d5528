import type { Core } from '@strapi/types';

import { readSettings } from '../platform/settings';

import { PublicRateLimit } from '../public-pages';

const limits = new WeakMap<Core.Strapi, PublicRateLimit>();

/**
 * How often one network address may post to any of the public routes together. Made at the first request, so that one
 * limit counts for all controllers.
 */
export function limitedByAddress(strapi: Core.Strapi): PublicRateLimit {
  let limit = limits.get(strapi);
  if (limit === undefined) {
    limit = new PublicRateLimit(readSettings(strapi).rateLimit);
    limits.set(strapi, limit);
  }
  return limit;
}
