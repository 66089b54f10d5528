import type { Core } from '@strapi/types';

import { inTransaction } from '../platform/database/connection';
import { languageOrDefault } from '../platform/languages';
import { readSettings } from '../platform/settings';

import { consentPurposes } from '../lawfulness';
import type { Complaint } from '../mail';

import { dismissGuardians } from './children/guardian';
import { appendConsent, COMPLAINT, CONSENT_RECORD } from './ledger';
import { lockSubject } from './preferences/changes';
import { choiceOf } from './preferences/preferences';

/**
 * A mail that somebody marks as spam is a "no" to all mail for that address: whoever complains has not looked for the
 * right link. What was agreed to is withdrawn, what waits for a click is, too.
 */
export async function withdrawForComplaint(strapi: Core.Strapi, complaint: Complaint): Promise<void> {
  const { subjectId, recipient: email, messageId, kind } = complaint;
  // The mail to a guardian is sealed under the child's key, and it is the guardian who wants no more of them.
  if (kind === 'guardian') return dismissGuardians(strapi, subjectId);
  await inTransaction(strapi, async () => {
    await lockSubject(strapi, subjectId);
    const language = await lastLanguage(strapi, subjectId);
    for (const purpose of await consentPurposes(strapi)) {
      const { state } = await choiceOf(strapi, { subjectId, email, language }, purpose);
      if (state !== 'given' && state !== 'pending') continue;
      await appendConsent(strapi, {
        event: 'withdrawn',
        subjectId,
        email,
        purpose,
        language,
        method: COMPLAINT,
        origin: {},
        ...(messageId === null ? {} : { messageId }),
      });
    }
  });
}

async function lastLanguage(
  strapi: Core.Strapi,
  subjectId: string,
): Promise<ReturnType<typeof languageOrDefault>> {
  const [line] = (await strapi.db
    .query(CONSENT_RECORD)
    .findMany({ where: { subjectId }, select: ['language'], orderBy: { id: 'desc' }, limit: 1 })) as {
    language: string | null;
  }[];
  return languageOrDefault(line?.language, readSettings(strapi).publicPages.language);
}
