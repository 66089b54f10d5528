import type { Core } from '@strapi/types';

import { currentRequest } from './caller';
import type { Masking } from './masking';

interface Schema {
  readonly uid: string;
}
interface Registry {
  add(path: string, factory: (schema: Schema) => (data: unknown) => Promise<unknown>): unknown;
}
type Query = Readonly<Record<string, unknown>>;
type Check = (value: unknown, schema: Schema, options?: unknown) => Promise<unknown>;

/** What stands alone in custom controllers, besides whole queries. */
const PARTS = ['filters', 'sort', 'populate'] as const;
type Checks = Record<'query' | (typeof PARTS)[number], Check>;

/**
 * Puts masking into the sanitizers and validators of the content API, where Strapi enforces its own field permissions:
 * core controllers and users-permissions go through them, and so does a developer's controller that sanitizes.
 */
export function maskContentApi(strapi: Core.Strapi, masking: () => Masking): void {
  // The registry is typed as empty; it holds factories that make a transform for a schema.
  const sanitizers = strapi.get<Registry>('sanitizers');
  sanitizers.add(
    'content-api.output',
    ({ uid }) =>
      (data) =>
        masking().output(uid, data),
  );
  sanitizers.add(
    'content-api.input',
    ({ uid }) =>
      (data) =>
        masking().input(uid, data, isRestCreate(strapi)),
  );

  // Neither of the two has a registry for queries.
  const { validate, sanitize } = strapi.contentAPI as unknown as { validate: Checks; sanitize: Checks };
  before(validate, 'query', async (query, uid) => {
    await masking().assertQuery(uid, query as Query);
    return query;
  });
  before(sanitize, 'query', (query, uid) => masking().sifted(uid, query as Query));
  for (const name of PARTS) {
    before(validate, name, async (part, uid) => {
      await masking().assertQuery(uid, { [name]: part });
      return part;
    });
    before(sanitize, name, async (part, uid) => (await masking().sifted(uid, { [name]: part }))[name]);
  }
}

/** Runs `step` on what a check is given, before the check itself. */
function before(
  checks: Checks,
  name: keyof Checks,
  step: (value: unknown, uid: string) => Promise<unknown>,
): void {
  const original = checks[name];
  checks[name] = async (value, schema, options) => {
    // A sort can be a text; what is nothing, Strapi treats as it always does.
    const isGiven = (typeof value === 'object' && value !== null) || typeof value === 'string';
    return original(isGiven ? await step(value, schema.uid) : value, schema, options);
  };
}

/** Only REST tells the sanitizer whether a record is made; elsewhere a mask is left out instead of refused. */
function isRestCreate(strapi: Core.Strapi): boolean {
  const request = currentRequest(strapi);
  const handler = request?.state.route?.handler;
  return request?.method === 'POST' && typeof handler === 'string' && handler.endsWith('.create');
}
