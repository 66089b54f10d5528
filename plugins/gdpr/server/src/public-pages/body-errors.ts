import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';

interface BodyMiddleware {
  readonly name: string;
  readonly config?: { readonly onError?: unknown };
}

/**
 * A body that cannot be parsed is answered without quoting it. The JSON parser's own message repeats a part of what
 * it stumbled over, and Strapi would both answer and log it: with a sign-up form, that is a piece of an address.
 *
 * Call it in `register`: Strapi reads the list of middlewares when it boots. A project's own `onError` is left alone.
 */
export function quietBodyErrors(strapi: Core.Strapi): void {
  const middlewares = strapi.config.get<unknown[]>('middlewares', []);
  const quieted = middlewares.map((entry) => {
    const body: BodyMiddleware | null =
      entry === 'strapi::body' ? { name: 'strapi::body' } : isBody(entry) ? entry : null;
    if (body === null || body.config?.onError !== undefined) return entry;
    return { ...body, config: { ...body.config, onError: refuse } };
  });
  strapi.config.set('middlewares', quieted);
}

function isBody(entry: unknown): entry is BodyMiddleware {
  return typeof entry === 'object' && entry !== null && 'name' in entry && entry.name === 'strapi::body';
}

function refuse(error: Error & { readonly status?: number }): never {
  if (error.status === 413) {
    throw new errors.PayloadTooLargeError('The body is larger than this server accepts.', {
      code: 'request-invalid',
    });
  }
  throw new errors.ValidationError('The body could not be read: send valid JSON, or an HTML form.', {
    code: 'request-invalid',
  });
}
