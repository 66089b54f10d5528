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
  /** Whether the person says to be below the age of consent; `null` when they say nothing. */
  readonly underAge: boolean | null;
  /** ISO 8601 date. Used to tell whether they are a child, and never stored. */
  readonly dateOfBirth: string | null;
  /** ISO 3166 code of the person's country, which decides about the age. */
  readonly country: string | null;
  readonly guardianEmail: string | null;
  /** Which texts the form showed, as `slug:hash`; empty when it does not say. */
  readonly shown: readonly string[];
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

const address = z.string('is required').transform((text) => text.trim());
const optionalAddress = z
  .union([z.literal('').transform(() => null), checked(address)])
  .nullish()
  .transform((text) => text ?? null);
const YES = [true, 'true', 'yes', '1'];
const NO = [false, 'false', 'no', '0'];

function checked(text: typeof address): z.ZodType<string> {
  return text.superRefine((given, context) => {
    const fault = given === '' ? 'is required' : emailFault(given);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });
}

const schema = z.object(
  {
    email: checked(address),
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
    underAge: z
      .unknown()
      .optional()
      .refine(
        (value) => value === undefined || value === null || value === '' || isOneOf(value, [...YES, ...NO]),
        'must be true or false',
      )
      .transform((value) => (isOneOf(value, YES) ? true : isOneOf(value, NO) ? false : null)),
    dateOfBirth: z
      .union([z.literal('').transform(() => null), z.iso.date('must be a date such as 2012-05-31')])
      .nullish()
      .transform((date) => date ?? null),
    country: z
      .union([
        z.literal('').transform(() => null),
        z.string().regex(/^[A-Z]{2}$/, 'must be a country code such as DE'),
      ])
      .nullish()
      .transform((code) => code ?? null),
    guardianEmail: optionalAddress,
    shown: z
      .preprocess(
        (value) => (value === undefined || value === null || value === '' ? [] : [value].flat()),
        z.array(z.string().max(300), 'must be a list of texts').max(20, 'must be at most 20 texts'),
      )
      .optional()
      .transform((list) => list ?? []),
  },
  'must be a JSON object or a form with email and purposes',
);

function isOneOf(value: unknown, values: readonly unknown[]): boolean {
  return values.includes(value);
}

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
