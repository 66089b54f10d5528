import { Readable as Stream } from 'node:stream';

import type { Core } from '@strapi/types';

import { answer, GdprError, unavailable } from '../../platform/errors';

import { type Denials } from './denials';
import type { RequestContext } from './origin';
import type { Recorder } from './recorder';

interface Context extends RequestContext {
  status: number;
  body: unknown;
  readonly headerSent: boolean;
  readonly res: { destroy(): void };
  readonly response: { readonly headers: Readonly<Record<string, unknown>> };
  remove(header: string): void;
}

/** What is known of a Strapi that is still being loaded. */
export interface Recording {
  readonly recorder: Recorder;
  readonly denials: Denials;
}

/**
 * The outermost middleware: it sees the answer as it will leave, and lets it leave only when what was read for it is in
 * the audit trail. Register it before Strapi's own middlewares.
 */
export function recordRequests(strapi: Core.Strapi, recording: () => Recording | undefined): void {
  strapi.server.use(async (koaContext, next) => {
    const context = koaContext as unknown as Context;
    const audit = recording();
    if (audit === undefined) {
      await next();
      return;
    }
    const { recorder, denials } = audit;
    recorder.beginRequest(context);
    let failure: { readonly error: unknown } | undefined;
    try {
      await next();
    } catch (error) {
      failure = { error };
    }
    if (context.status === 401 || context.status === 403) denials.note(context);
    else if (isWithheld(context.body)) denials.noteWithheld(context);
    try {
      await recorder.endRequest(context);
    } catch (error) {
      refuse(context, error);
      return;
    }
    if (failure !== undefined) throw failure.error;
  });
}

/** A filter or sort by attributes that the caller sees masked is answered 400. */
function isWithheld(body: unknown): boolean {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : null;
  const code = typeof details === 'object' && details !== null && 'code' in details ? details.code : null;
  return code === 'personal-data-withheld';
}

/** Nothing of the answer leaves, neither its body nor what its headers say of it. */
function refuse(context: Context, error: unknown): void {
  if (!(error instanceof GdprError)) throw error;
  if (context.headerSent) {
    context.res.destroy();
    return;
  }
  if (context.body instanceof Stream) context.body.destroy();
  for (const header of Object.keys(context.response.headers)) {
    if (/^(content-|etag|last-modified|link|x-total)/i.test(header)) context.remove(header);
  }
  answer(context, unavailable('audit-unavailable', error.message));
}
