import { z } from 'zod';

import { badRequest } from '../../platform/errors';
import { SOURCES } from '../entry/entry';
import { FORMATS } from '../verify/export-log';

import type { TrailQuery } from './trail';

const MAX_LIMIT = 100;

const time = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((ms) => Number.isFinite(ms), 'must be a date, such as 2026-01-31 or 2026-01-31T12:00:00Z');
const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);
const documentId = z.string().regex(/^[A-Za-z0-9_-]{1,36}$/, 'must be a documentId');

const querySchema = z
  .strictObject({
    person: documentId,
    document: documentId,
    type: z.string().max(190),
    actor: z.string().regex(/^[\w-]{1,60}(:[\w-]{1,60})?$/, 'must be an actor, such as admin:7'),
    action: z.string().regex(/^[A-Za-z-]{1,40}$/, 'must be an action, such as read'),
    source: z.enum(SOURCES),
    from: time,
    to: time,
    before: whole,
    limit: whole.refine((limit) => limit >= 1 && limit <= MAX_LIMIT, `must be 1 to ${String(MAX_LIMIT)}`),
  })
  .partial()
  .refine(({ person, document }) => person === undefined || document === undefined, {
    path: ['person'],
    message: 'ask for a person or for a document, not for both',
  });

/** @throws 400 that names each parameter that is wrong */
export function parseTrailQuery(query: unknown): TrailQuery {
  const { limit = 25, ...rest } = parsed(querySchema, query);
  return { ...rest, limit };
}

export function parseExportFormat(query: unknown): (typeof FORMATS)[number] {
  return parsed(z.strictObject({ format: z.enum(FORMATS).default('jsonl') }), query).format;
}

/** @throws 400 */
export function parseIndex(text: string | undefined): number {
  return parsed(z.object({ index: whole }), { index: text ?? '' }).index;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'query'}: ${message}`);
  throw badRequest('request-invalid', `The query is not valid: ${faults.join('; ')}.`);
}
