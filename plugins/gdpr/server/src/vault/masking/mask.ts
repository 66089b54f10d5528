import { parsePhoneNumberFromString } from 'libphonenumber-js';

import type { AnnotatedAttribute } from '../annotation';

/** What a mask has to know of an attribute. */
export type Maskable = Pick<AnnotatedAttribute, 'type' | 'category'>;

type Kind = 'email' | 'phone' | 'text' | 'nothing';

const TEXT_TYPES: readonly string[] = ['string', 'text', 'richtext', 'email'];
const NOTHING_SHOWN = '***';
/** A text that is no longer than this is hidden whole: its first letter would be a good part of it. */
const SHORT_TEXT = 3;
/** A number with fewer digits than this is an extension; two of its digits would be a good part of it. */
const SHORT_NUMBER = 7;

/**
 * What somebody sees who may not read the value: `a***@e***.com`, `+49 *** 67`, `L***`. What is not text becomes
 * `null`, because text in a date or a number breaks whoever expects one; `null` stays `null`.
 */
export function maskOf(attribute: Maskable, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const kind = kindOf(attribute);
  if (kind === 'nothing' || typeof value !== 'string') return null;
  // Masked twice is masked once; and a value that looks like a mask tells no more than one.
  if (looksMasked(attribute, value)) return value;
  return kind === 'email' ? emailMask(value) : kind === 'phone' ? phoneMask(value) : textMask(value);
}

/** Whether the mask of every value of this attribute is `null`. */
export function isMaskedByNull(attribute: Maskable): boolean {
  return kindOf(attribute) === 'nothing';
}

/** Whether a text is a mask of this attribute, and not a value: what a masked caller got comes back as it was given. */
export function looksMasked(attribute: Maskable, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (/^.?\*{3}$/su.test(value)) return true;
  const kind = kindOf(attribute);
  if (kind === 'email') return /^.\*{3}@.\*{3}\.[^.@\s*]+$/su.test(value);
  return kind === 'phone' && /^(\+\d{1,3} )?\*{3} \d\d$/.test(value);
}

function kindOf({ type, category }: Maskable): Kind {
  if (!TEXT_TYPES.includes(type)) return 'nothing';
  if (type === 'email' || /Email/i.test(category)) return 'email';
  return /Phone|Fax/i.test(category) ? 'phone' : 'text';
}

function textMask(value: string): string {
  const letters = [...value.slice(0, 2 * SHORT_TEXT + 2)];
  return letters.length <= SHORT_TEXT ? NOTHING_SHOWN : `${letters[0] ?? ''}${NOTHING_SHOWN}`;
}

function emailMask(value: string): string {
  const [, local, domain, top] = /^(.)[^@]*@(.)[^@]*\.([^.@\s*]+)$/su.exec(value) ?? [];
  if (local === undefined || domain === undefined || top === undefined) return textMask(value);
  return `${local}***@${domain}***.${top}`;
}

function phoneMask(value: string): string {
  const digits = value.replace(/\D/g, '');
  if (digits.length < SHORT_NUMBER) return NOTHING_SHOWN;
  const country = value.length <= 40 ? parsePhoneNumberFromString(value)?.countryCallingCode : undefined;
  return `${country === undefined ? '' : `+${country} `}*** ${digits.slice(-2)}`;
}
