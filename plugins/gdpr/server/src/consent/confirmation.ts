import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { inTransaction, lockRows, tables } from '../platform/database/connection';
import { jobsOf } from '../platform/jobs';
import type { Language } from '../platform/languages';

import { findPurposes, type Purpose } from '../lawfulness';
import { normaliseEmail } from '../people';

import { askGuardian, confirmAsGuardian, forGuardian } from './children/guardian';
import { appendConsent, DOUBLE_OPT_IN, type Origin } from './ledger';
import { OPT_IN, OPT_IN_TABLE, type OptIn, receiveSubscription } from './opt-ins';
import { tokenHash } from './token';
import { welcome } from './welcome';

/** Where an opt-in stands when its link is opened. */
export type Confirmation =
  | { readonly outcome: 'unknown'; readonly optIn?: undefined }
  | {
      readonly outcome: 'open' | 'confirmed' | 'guardian-asked' | 'already-confirmed' | 'expired';
      readonly optIn: OptIn;
      readonly purposes: readonly Purpose[];
    };

/** Looks a link up. Changes nothing: mail scanners open links, and some run the page. */
export async function describeConfirmation(
  strapi: Core.Strapi,
  token: string | undefined,
): Promise<Confirmation> {
  const optIn = await findOptIn(strapi, token);
  // Nobody's any more: the person was erased, or the guardian forgotten.
  if (optIn === null || optIn.email === null) return { outcome: 'unknown' };
  const purposes = await findPurposes(strapi, optIn.purposes);
  if (optIn.state === 'confirmed') return { outcome: 'already-confirmed', optIn, purposes };
  return { outcome: isExpired(optIn) ? 'expired' : 'open', optIn, purposes };
}

/**
 * Confirms: ledger, contact and welcome mail in one transaction, once, however often the button is pressed.
 *
 * @param language in which the page showed what is agreed to
 */
export async function confirm(
  strapi: Core.Strapi,
  token: string | undefined,
  origin: Origin,
  language: Language,
): Promise<Confirmation> {
  const result = await inTransaction(strapi, async (): Promise<Confirmation> => {
    const hash = tokenHash(token);
    if (hash === null) return { outcome: 'unknown' };
    const from = await tables(strapi);
    await lockRows(strapi, from(OPT_IN_TABLE).select('id').where({ token_hash: hash }).first());
    const found = await describeConfirmation(strapi, token);
    if (found.outcome !== 'open') return found;

    const { optIn, purposes } = found;
    const email = normaliseEmail(optIn.email ?? '');
    const { subjectId } = optIn;
    if (email === null || subjectId === null) return { outcome: 'unknown' };
    await strapi.db
      .query(OPT_IN)
      .update({ where: { id: optIn.id }, data: { state: 'confirmed', token: null } });
    const { guardianEmail } = optIn;
    if (optIn.confirmer === 'guardian') {
      if (guardianEmail === null) return { outcome: 'unknown' };
      const guardian = { ...optIn, subjectId, guardianEmail };
      await confirmAsGuardian(strapi, guardian, { email, purposes, origin, language, tokenHash: hash });
      return { outcome: 'confirmed', optIn, purposes };
    }
    const waiting = forGuardian(optIn, purposes);
    const own = purposes.filter((purpose) => !waiting.includes(purpose));
    for (const purpose of own) {
      await appendConsent(strapi, {
        event: 'confirmed',
        subjectId,
        email,
        purpose,
        language,
        method: DOUBLE_OPT_IN,
        origin: { ...origin, formUrl: optIn.formUrl },
        optInId: optIn.documentId,
        tokenHash: hash,
      });
    }
    if (own.length > 0) await welcome(strapi, { optIn, subjectId, email, purposes: own });
    if (waiting.length === 0 || guardianEmail === null) return { outcome: 'confirmed', optIn, purposes };
    await askGuardian(strapi, { ...optIn, subjectId, email, guardianEmail }, waiting);
    return { outcome: 'guardian-asked', optIn, purposes: waiting };
  });
  if (result.outcome === 'confirmed' || result.outcome === 'guardian-asked') jobsOf(strapi).kick();
  return result;
}

/** Asks anew after a link has expired: the same subscription, received again, under the same limits. */
export async function renew(
  strapi: Core.Strapi,
  token: string | undefined,
  origin: Origin,
): Promise<Confirmation> {
  const found = await describeConfirmation(strapi, token);
  if (found.outcome !== 'expired') return found;
  const { email, subjectId, guardianEmail, privacyControl, ...asked } = found.optIn;
  if (email === null) return { outcome: 'unknown' };
  if (found.optIn.confirmer === 'guardian') {
    if (subjectId === null || guardianEmail === null) return { outcome: 'unknown' };
    const child = { ...found.optIn, subjectId, email, guardianEmail };
    await inTransaction(strapi, () => askGuardian(strapi, child, found.purposes));
    jobsOf(strapi).kick();
    return found;
  }
  const { purposes, language, firstName, lastName, formUrl } = asked;
  await receiveSubscription(
    strapi,
    {
      email,
      purposes,
      language,
      firstName,
      lastName,
      formUrl,
      guardianEmail,
      privacyControl: privacyControl ?? false,
    },
    origin,
  );
  return found;
}

async function findOptIn(strapi: Core.Strapi, token: string | undefined): Promise<OptIn | null> {
  const hash = tokenHash(token);
  if (hash === null) return null;
  return (await strapi.db.query(OPT_IN).findOne({ where: { tokenHash: hash } })) as OptIn | null;
}

function isExpired(optIn: OptIn): boolean {
  return optIn.expiresAt !== null && clock.now().getTime() > Number(optIn.expiresAt);
}
