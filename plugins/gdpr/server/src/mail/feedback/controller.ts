import { createHash, timingSafeEqual } from 'node:crypto';

import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';
import { z } from 'zod';

import { badRequest, notFound } from '../../platform/errors';
import { readSettings } from '../../platform/settings';

import { feedbackOf } from './feedback-of';
import { applyMail } from './mailbox-job';

interface FeedbackContext {
  readonly request: {
    readonly body?: unknown;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  };
  readonly req: AsyncIterable<Buffer>;
  status: number;
  body: unknown;
  set(name: string, value: string): void;
}

const MAX_MAIL = 4 * 1024 * 1024;

const event = z.strictObject({
  type: z.enum(['bounce', 'complaint'], 'must be bounce or complaint'),
  messageId: z.string().max(998).optional(),
  recipient: z.string().max(320).optional(),
  status: z
    .string()
    .regex(/^\d\.\d{1,3}\.\d{1,3}$/, 'must be an enhanced status code such as 5.1.1')
    .optional(),
});
const bodySchema = z.union(
  [z.strictObject({ message: z.string() }), z.strictObject({ events: z.array(event).min(1).max(1_000) })],
  'must be {"message": "<a mail>"} or {"events": [{"type": "bounce", "messageId": "<…>"}]}, or the mail itself as message/rfc822',
);

/**
 * `POST /api/gdpr/mail/feedback`: a mail service reports bounces and complaints. The bearer token of the settings opens
 * it; where none is set there is no such route.
 */
export function feedbackController({
  strapi,
}: {
  strapi: Core.Strapi;
}): Record<string, (ctx: FeedbackContext) => Promise<void>> {
  return {
    async report(ctx) {
      const { feedbackSecret } = readSettings(strapi).mail;
      if (feedbackSecret === undefined) throw notFound('request-invalid', 'Not Found');
      if (!isAuthorised(ctx.request.headers['authorization'], feedbackSecret)) {
        ctx.set('WWW-Authenticate', 'Bearer');
        throw new errors.UnauthorizedError('The bearer token of this webhook is missing or wrong.');
      }
      const outcomes = await apply(ctx);
      const applied = outcomes.filter((outcome) => outcome === 'applied').length;
      ctx.set('Cache-Control', 'no-store');
      ctx.status = 200;
      ctx.body = { data: { applied, ignored: outcomes.length - applied } };
    },
  };

  async function apply(ctx: FeedbackContext): Promise<('applied' | 'ignored')[]> {
    const type = ctx.request.headers['content-type'];
    if (typeof type === 'string' && type.toLowerCase().startsWith('message/rfc822')) {
      return [await applyMail(strapi, await bytesOf(ctx.req))];
    }
    const parsed = bodySchema.safeParse(ctx.request.body);
    if (!parsed.success) {
      throw badRequest('request-invalid', `The body ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
    }
    if ('message' in parsed.data) return [await applyMail(strapi, parsed.data.message)];
    const outcomes: ('applied' | 'ignored')[] = [];
    for (const one of parsed.data.events) outcomes.push(await feedbackOf(strapi).acceptEvent(one));
    return outcomes;
  }
}

/** Compares hashes, so that neither content nor length of the secret shows in the time it takes. */
function isAuthorised(header: string | string[] | undefined, secret: string): boolean {
  const given = typeof header === 'string' ? (/^Bearer\s+(.+)$/i.exec(header)?.[1] ?? '') : '';
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_MAIL) throw new errors.PayloadTooLargeError('The mail is larger than 4 MB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
