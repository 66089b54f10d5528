import type { Core } from '@strapi/types';

import { inTransaction } from '../platform/database/connection';
import type { Language } from '../platform/languages';

import { findPurposes, type Purpose } from '../lawfulness';

import { appendConsent, currentConsent, type Origin } from './ledger';
import { findSubjectToken } from './subject-tokens';

export interface Unsubscription {
  readonly language: Language;
  readonly purpose: Purpose | null;
}

/** What an unsubscribe link is for, or `null` when there is no such link. Changes nothing. */
export async function describeUnsubscription(
  strapi: Core.Strapi,
  token: string | undefined,
): Promise<Unsubscription | null> {
  const row = await findSubjectToken(strapi, 'unsubscribe', token);
  if (row === null) return null;
  const [purpose = null] = await findPurposes(strapi, [row.purpose ?? '']);
  return { language: row.language, purpose };
}

/** Withdraws consent, as easily as it was given (Art. 7(3)). A second time is no error and no second entry. */
export async function unsubscribe(
  strapi: Core.Strapi,
  token: string | undefined,
  origin: Origin,
  method: 'one-click' | 'page',
): Promise<Unsubscription | null> {
  const row = await findSubjectToken(strapi, 'unsubscribe', token);
  if (row === null) return null;
  const { subjectId, email, language } = row;
  const [purpose = null] = await findPurposes(strapi, [row.purpose ?? '']);
  // A token whose person was erased opens to nothing: there is no consent left to withdraw.
  if (purpose !== null && email !== null) {
    await inTransaction(strapi, async () => {
      const { state } = await currentConsent(strapi, subjectId, purpose.slug, email);
      if (state === 'withdrawn') return;
      await appendConsent(strapi, {
        event: 'withdrawn',
        subjectId,
        email,
        purpose,
        language,
        method,
        origin,
      });
    });
  }
  return { language, purpose };
}
