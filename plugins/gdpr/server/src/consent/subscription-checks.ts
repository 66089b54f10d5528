import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { normaliseEmail } from '../platform/email-address';
import { badRequest } from '../platform/errors';
import type { Language } from '../platform/languages';
import { readSettings } from '../platform/settings';

import { findPurposes, type Purpose } from '../lawfulness';

import { ageOfConsent, isChild } from './children/age-of-consent';
import { showsCurrentTexts } from './form/shown-texts';
import type { SubscriptionInput } from './subscription-input';

function refuse(code: 'purpose-unknown' | 'request-invalid', path: string, message: string): never {
  throw badRequest(code, message, { errors: [{ path: [path], message, name: 'ValidationError' }] });
}

/**
 * The purposes that a subscription names.
 *
 * @throws ValidationError (400) `purpose-unknown`, or `request-invalid` when the form showed an older text than is on
 * record
 */
export async function purposesAskedFor(
  strapi: Core.Strapi,
  input: SubscriptionInput,
  language: Language,
): Promise<readonly Purpose[]> {
  const known = await findPurposes(strapi, input.purposes);
  const unknown = input.purposes.filter((slug) => !known.some((purpose) => purpose.slug === slug));
  if (unknown.length > 0) {
    const names = unknown.map((slug) => JSON.stringify(slug)).join(', ');
    refuse('purpose-unknown', 'purposes', `purposes must name purposes of this site; unknown: ${names}`);
  }
  if (!showsCurrentTexts(input.shown, known, language)) {
    refuse('request-invalid', 'shown', 'shown names a text that has changed since: show the form again');
  }
  return known;
}

/**
 * Whether a guardian has to agree to any of these purposes (Art. 8(1)).
 *
 * @throws ValidationError (400) when the age is needed and not given, or the guardian's address
 */
export function guardianNeeded(
  strapi: Core.Strapi,
  input: SubscriptionInput,
  purposes: readonly Purpose[],
): boolean {
  const asking = purposes.find(({ askAge }) => askAge === true);
  if (asking === undefined) return false;
  const { children } = readSettings(strapi).consent;
  const age = ageOfConsent(input.country ?? children.country, children.ages);
  const child = isChild(input, age, clock.now());
  if (child === null) {
    const message = `underAge (or dateOfBirth) is required for "${asking.slug}": whether the person is younger than ${String(age)}`;
    refuse('request-invalid', 'underAge', message);
  }
  if (!child) return false;
  if (input.guardianEmail === null || normaliseEmail(input.guardianEmail) === normaliseEmail(input.email)) {
    refuse(
      'request-invalid',
      'guardianEmail',
      'guardianEmail is required for a child: the address of a parent or guardian, not the child’s own',
    );
  }
  return true;
}
