import type { Core } from '@strapi/types';
import { z } from 'zod';

import { normaliseEmail } from './email-address';
import type { Colour } from './contrast';
import { GdprError } from './errors';
import { LANGUAGES } from './languages';

const optionalText = z
  .string()
  .trim()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

/** A text with commas or line breaks, or a list, as the entries that are not empty. */
function listOfTexts(value: string | readonly string[] | undefined): readonly string[] {
  const parts = typeof value === 'string' ? value.split(/[,\n]/) : (value ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** An AES-256 key inside a PKCS#11 token. */
const pkcs11Key = z.object({
  provider: z.literal('pkcs11'),
  /** Path of the vendor's PKCS#11 library. */
  library: z.string().min(1),
  /** The token by its label, or the slot by its id. */
  tokenLabel: optionalText,
  slot: z.number().int().nonnegative().optional(),
  /** The user's PIN, or a file that holds it. */
  pin: optionalText,
  pinFile: optionalText,
  /** Label (CKA_LABEL) of the key. */
  keyLabel: z.string().min(1),
});

const colour = optionalText
  .refine(
    (value) => value === undefined || /^#[0-9a-fA-F]{6}$/.test(value),
    'must be a colour such as "#3a35c4"',
  )
  .transform((value) => value?.toLowerCase() as Colour | undefined);

const countryCode = optionalText.refine(
  (value) => value === undefined || /^[A-Z]{2}$/.test(value),
  'must be a country code of two capital letters, for example "DE"',
);

/** Ways of reaching a person; consent law tells them apart (§ 7 UWG, Art. 13 ePrivacy directive). */
export const CHANNELS = ['email', 'sms', 'phone', 'post'] as const;
export type Channel = (typeof CHANNELS)[number];

const minutes = (value: number): number => value * 60_000;

/**
 * Everything a project configures in `config/plugins` under `gdpr.config`. An empty string counts as unset, because
 * that is what `VARIABLE=` in an `.env` file yields. Durations are milliseconds unless their name says otherwise.
 */
const settingsSchema = z.object({
  /** Key-encryption key: base64 of 32 bytes (`GDPR_MASTER_KEY`). */
  masterKey: optionalText,
  /** Path of a file that holds the same (`GDPR_MASTER_KEY_FILE`). */
  masterKeyFile: optionalText,
  /**
   * Keys before the current one, which still open what they wrapped, during a rotation (`GDPR_MASTER_KEY_PREVIOUS`,
   * or a file with one a line): a list, or one text with commas.
   */
  masterKeyPrevious: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform(listOfTexts),
  masterKeyPreviousFile: optionalText,
  /** Where the key-encryption key is: in `masterKey`, or in a hardware security module. */
  keyEncryption: z
    .discriminatedUnion('provider', [z.object({ provider: z.literal('local') }), pkcs11Key])
    .default({ provider: 'local' }),
  /** Keys in a hardware security module that still open what they wrapped, during a rotation away from them. */
  keyEncryptionPrevious: z.array(pkcs11Key).default([]),
  /** Keeps the wrapped keys in a database of their own, so that a backup of the main one does not hold them. */
  keyStore: z.object({ connection: z.record(z.string(), z.unknown()).optional() }).prefault({}),
  /** AEAD of new records: 1 is XChaCha20-Poly1305, 2 is AES-256-GCM. Records of either are always readable. */
  suite: z.union([z.literal(1), z.literal(2)]).default(1),
  keyCache: z
    .object({
      /** Unwrapped data keys held in memory at most. */
      maxKeys: z.number().int().positive().default(20_000),
      /** A key destroyed on one node is gone on all after this time: 60 s at most (design 3). */
      ttl: z.number().int().positive().max(60_000).default(50_000),
    })
    .prefault({}),
  /**
   * The country of telephone numbers without a country code (ISO 3166, for example `DE`), for the search box. After a
   * change the index has to be rebuilt.
   */
  defaultCountry: countryCode,
  /** Address of this server as people reach it; links in mails start with it. */
  publicUrl: optionalText,
  mailFrom: optionalText,
  controller: z
    .object({
      name: z.string().default('The controller of this site'),
      email: optionalText,
      privacyPolicyUrl: optionalText,
    })
    .prefault({}),
  mail: z
    .object({
      /** Opens `POST /api/gdpr/mail/feedback` to a mail service (`Authorization: Bearer …`); without it there is none. */
      feedbackSecret: optionalText.refine(
        (value) => value === undefined || value.length >= 24,
        'must have 24 characters at least; `openssl rand -base64 32` makes one',
      ),
      /** A mailbox file (mbox) in which bounces and complaints arrive; looked at once a minute. */
      feedbackMailbox: optionalText,
      /** How long an address whose mails came back as undeliverable gets no more. */
      bounceMemory: z
        .number()
        .int()
        .positive()
        .default(180 * 24 * minutes(60)),
    })
    .prefault({}),
  /** The pages and mails that data subjects see. */
  publicPages: z
    .object({
      /** The site's own language, for whoever asks for none that is spoken here. */
      language: z.enum(LANGUAGES).default('en'),
      /** The controller's logo: an https address, or the picture itself as `data:image/…`. Mails carry none. */
      logo: optionalText.refine(
        (value) =>
          value === undefined ||
          /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/.test(value) ||
          isHttpUrl(value),
        'must be an https address or a data:image/… of a PNG, JPEG, GIF, WebP or SVG',
      ),
      /** Colour of links and buttons (`#rrggbb`) on light pages, checked for contrast when the server starts. */
      color: colour,
      /** The same on dark pages; derived from `color` where it is not given. */
      darkColor: colour,
    })
    .prefault({}),
  consent: z
    .object({
      /** How long an opt-in link works. */
      optInExpiry: z
        .number()
        .int()
        .positive()
        .default(48 * minutes(60)),
      /** One opt-in mail an address and purpose within this window, whatever is asked. */
      mailWindow: z.number().int().nonnegative().default(minutes(15)),
      /** Whether the IP address and user agent of a signup and confirmation are kept as evidence. */
      recordIp: z.boolean().default(true),
      recordUserAgent: z.boolean().default(true),
      /** Ways of reaching people that the preference centre lets them choose between; one alone is no choice. */
      channels: z.array(z.enum(CHANNELS)).min(1).default(['email']),
      /** Sends one reminder of an opt-in mail this long after it; none by default, since nobody asked for it. */
      reminder: z.number().int().positive().optional(),
      children: z
        .object({
          /** Whose age of consent applies where a form names no country (ISO 3166, for example `DE`). */
          country: countryCode,
          /** Ages that differ from the plugin's table (Art. 8(1)), by country code. */
          ages: z.record(z.string().regex(/^[A-Z]{2}$/), z.number().int().min(13).max(16)).default({}),
        })
        .prefault({}),
    })
    .prefault({}),
  rateLimit: z
    .object({
      /** Public POSTs an IP address may make within `windowSeconds`. */
      perIp: z.number().int().positive().default(60),
      /** Subscriptions of one address that are acted upon within `windowSeconds`; more answer the same and do nothing. */
      perAddress: z.number().int().positive().default(5),
      windowSeconds: z.number().int().positive().default(900),
    })
    .prefault({}),
  audit: z
    .object({
      /** How much of a caller's network address an entry keeps: /24 and /48, all of it, or nothing. */
      address: z.enum(['truncated', 'full', 'none']).default('truncated'),
      /** A checkpoint is published at most this often. */
      checkpointInterval: z.number().int().positive().max(60_000).default(2_000),
      /** How long the trail keeps what it knows. The hashes stay, so that it can always be verified. */
      retention: z
        .object({
          /** Old and new values of changes, sealed beside their entries, in days. */
          valueDays: z.number().int().positive().default(1_095),
          /** Entries themselves, in days. */
          entryDays: z.number().int().positive().default(3_650),
          /** The hour, in UTC, at which what is older is pruned. */
          pruneHour: z.number().int().min(0).max(23).default(3),
        })
        .prefault({}),
      /** Where copies of checkpoints go, so that nobody can rewrite the log unnoticed. */
      witnesses: z
        .array(
          z.union([
            z.strictObject({ file: z.string().min(1) }),
            z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
            z.strictObject({
              /** Addresses, for example the data protection officer's: a list, or one text with commas. */
              mail: z
                .union([z.string(), z.array(z.string())])
                .transform(listOfTexts)
                .refine(
                  (addresses) =>
                    addresses.length > 0 && addresses.every((one) => normaliseEmail(one) !== null),
                  'must be one e-mail address or more',
                ),
              /** A mail at most this often, in ms; none where nothing was recorded since. */
              interval: z
                .number()
                .int()
                .positive()
                .default(24 * minutes(60)),
              language: z.enum(LANGUAGES).default('en'),
            }),
          ]),
        )
        // Where a mail went has no place in the database, so that one is told from another by what it is.
        .refine(
          (all) => all.filter((one) => 'mail' in one).length <= 1,
          'has one { mail } with all addresses',
        )
        .default([]),
    })
    .prefault({}),
  jobs: z
    .object({
      // An unknown driver must not be taken for the default: jobs would run elsewhere than somebody thinks.
      driver: z.enum(['database'], 'only "database" is available in this version').default('database'),
      redisUrl: optionalText,
      /** How often this node looks for due work. */
      pollInterval: z.number().int().positive().default(1_000),
    })
    .prefault({}),
});

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

export type Settings = z.infer<typeof settingsSchema>;
export type Pkcs11Settings = z.infer<typeof pkcs11Key>;

/**
 * The validated settings of this Strapi instance.
 *
 * @throws GdprError `setting-invalid`, naming each setting that is wrong and what it may be
 */
export function readSettings(strapi: Core.Strapi): Settings {
  const parsed = settingsSchema.safeParse(strapi.config.get('plugin::gdpr') ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .map((issue) => `gdpr.config.${issue.path.join('.')}: ${issue.message}`)
    .join('; ');
  throw new GdprError('setting-invalid', `config/plugins is not valid: ${faults}`);
}
