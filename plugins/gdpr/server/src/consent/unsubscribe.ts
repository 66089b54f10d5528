import type { Core } from '@strapi/types';

import { inTransaction } from '../platform/database/connection';
import type { Language } from '../platform/languages';

import { findPurposes, type Purpose } from '../lawfulness';

import { appendConsent, currentConsent, type Origin } from './ledger';
import { createToken, tokenHash } from './token';

const SUBJECT_TOKEN = 'plugin::gdpr.subject-token';

interface SubjectToken {
  readonly subjectId: string;
  readonly purpose: string;
  readonly language: Language;
  readonly email: string | null;
  readonly token: string | null;
}

/** The token of a person's unsubscribe links for a purpose: made once, the same in every mail, valid for long. */
export async function unsubscribeToken(
  strapi: Core.Strapi,
  holder: {
    readonly subjectId: string;
    readonly email: string;
    readonly purpose: string;
    readonly language: Language;
  },
): Promise<string> {
  const { subjectId, purpose, email } = holder;
  const known = (await strapi.db.query(SUBJECT_TOKEN).findMany({
    where: { use: 'unsubscribe', subjectId, purpose },
  })) as SubjectToken[];
  const usable = known.find((row) => row.email === email)?.token ?? null;
  if (usable !== null) return usable;
  const { token, hash } = createToken();
  await strapi.db
    .query(SUBJECT_TOKEN)
    .create({ data: { ...holder, use: 'unsubscribe', token, tokenHash: hash } });
  return token;
}

export interface Unsubscription {
  readonly language: Language;
  readonly purpose: Purpose | null;
}

/** What an unsubscribe link is for, or `null` when there is no such link. Changes nothing. */
export async function describeUnsubscription(
  strapi: Core.Strapi,
  token: string | undefined,
): Promise<Unsubscription | null> {
  const row = await findToken(strapi, token);
  if (row === null) return null;
  const [purpose = null] = await findPurposes(strapi, [row.purpose]);
  return { language: row.language, purpose };
}

/** Withdraws consent, as easily as it was given (Art. 7(3)). A second time is no error and no second entry. */
export async function unsubscribe(
  strapi: Core.Strapi,
  token: string | undefined,
  origin: Origin,
  method: 'one-click' | 'page',
): Promise<Unsubscription | null> {
  const row = await findToken(strapi, token);
  if (row === null) return null;
  const { subjectId, email, language } = row;
  const [purpose = null] = await findPurposes(strapi, [row.purpose]);
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

async function findToken(strapi: Core.Strapi, token: string | undefined): Promise<SubjectToken | null> {
  const hash = tokenHash(token);
  if (hash === null) return null;
  return (await strapi.db
    .query(SUBJECT_TOKEN)
    .findOne({ where: { tokenHash: hash } })) as SubjectToken | null;
}
