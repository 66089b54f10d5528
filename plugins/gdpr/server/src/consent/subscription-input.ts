import { z } from 'zod';

import { badRequest } from '../platform/errors';
import { type Language, spokenLanguage } from '../platform/languages';

import { emailFault } from './email-address';

/** A subscription as it was asked for, valid from here on. */
export interface SubscriptionInput {
  readonly email: string;
  readonly purposes: readonly string[];
  /** `null` when the client named none that is spoken here. */
  readonly language: Language | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly formUrl: string | null;
}

// No control characters: a name goes into a mail, and a line break there would begin a new header.
const oneLine = z
  .string('must be text')
  .max(255, 'must have at most 255 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain line breaks or control characters')
  .transform((text) => text.trim());
const optionalLine = oneLine
  .nullish()
  .transform((text) => (text === undefined || text === null || text === '' ? null : text));

const schema = z.object(
  {
    email: z
      .string('is required')
      .transform((text) => text.trim())
      .superRefine((address, context) => {
        const fault = address === '' ? 'is required' : emailFault(address);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      }),
    purposes: z.preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z
        .array(
          z.string('must be the slug of a purpose').max(255),
          'must be a list of purposes, for example ["newsletter"]',
        )
        .min(1, 'must name at least one purpose')
        .max(20, 'must name at most 20 purposes')
        .transform((slugs) => [...new Set(slugs)].sort()),
    ),
    locale: z.unknown().optional().transform(spokenLanguage),
    firstName: optionalLine,
    lastName: optionalLine,
    formUrl: z
      .union([z.literal(''), z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).max(2_048)])
      .nullish()
      .transform((url) => (url === undefined || url === null || url === '' ? null : url)),
  },
  'must be a JSON object or a form with email and purposes',
);

/** @throws ValidationError (400) that names each field that is wrong */
export function parseSubscription(body: unknown): SubscriptionInput {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) {
    const { locale, ...rest } = parsed.data;
    return { ...rest, language: locale };
  }
  const errors = parsed.error.issues.map(({ path, message }) => {
    const field = path.map(String);
    return { path: field, message: `${field[0] ?? 'The body'} ${message}`, name: 'ValidationError' };
  });
  throw badRequest('request-invalid', errors.map(({ message }) => message).join('; '), { errors });
}
