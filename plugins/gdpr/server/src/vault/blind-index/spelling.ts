import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

import { normaliseEmail } from '../../platform/email-address';
import type { AnnotatedAttribute } from '../annotation';

import { folded } from './token-texts';

/** Brings a value of an attribute into the one form that all its spellings share; for the search box, not for `$eq`. */
export type Spelling = (attribute: Pick<AnnotatedAttribute, 'type' | 'category'>, text: string) => string;

const PHONE = /Telephone|Phone|Mobile|Fax/;
const EMAIL = /Email/;
const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * By the kind of the attribute: an e-mail address in lower case with its domain in ASCII (RFC 5891), a telephone number
 * as E.164, anything else without letter case, accents and double blanks.
 *
 * @param country ISO 3166 code of the country that numbers without a country code are of; without it they are only
 * compared by their digits
 */
export function createSpelling(country?: string): Spelling {
  const defaultCountry = country !== undefined && isSupportedCountry(country) ? country : undefined;
  return ({ type, category }, text) => {
    if (type === 'email' || EMAIL.test(category)) return normaliseEmail(text) ?? folded(text).trim();
    if (PHONE.test(category)) return phone(text, defaultCountry);
    return folded(text).replace(/\s+/gu, ' ').trim();
  };
}

function phone(text: string, country: CountryCode | undefined): string {
  if (E164.test(text)) return text;
  const number = parsePhoneNumberFromString(text, country)?.number;
  if (number !== undefined) return number;
  const digits = text.replace(/\D/gu, '');
  return digits === '' ? folded(text).trim() : digits;
}
