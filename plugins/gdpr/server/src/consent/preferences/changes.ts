import type { Core } from '@strapi/types';

import { inTransaction } from '../../platform/database/connection';
import { type Language, LANGUAGES } from '../../platform/languages';
import { type Channel, readSettings } from '../../platform/settings';

import { consentPurposes, type Purpose } from '../../lawfulness';
import { lockDataSubject, preferLanguage } from '../../people';

import type { ConsentEvent } from '../content-types/consent-record/schema';
import { appendConsent, type Origin, PREFERENCE_CENTRE, PRIVACY_CONTROL } from '../ledger';
import { receiveSubscription } from '../opt-ins';
import { speakTo } from '../subject-tokens';

import { channelAllowed, channelPurpose } from './channels';
import type { PreferenceHolder } from './extensions';
import { choiceOf, type PurposeChoice } from './preferences';

/** What a person wants changed. What is not named stays as it is. */
export interface Changes {
  /** Purposes by slug: whether they agree. */
  readonly purposes: ReadonlyMap<string, boolean>;
  readonly channels: ReadonlyMap<Channel, boolean>;
  readonly language: Language | null;
  readonly withdrawAll: boolean;
}

export interface Saved {
  /** Purposes that wait for a click in a mail. */
  readonly byMail: readonly string[];
}

/** How a choice was made: with which evidence, in which language, and whether the browser refused sale and sharing. */
export interface Circumstances {
  readonly origin: Origin;
  readonly language: Language;
  readonly privacyControl: boolean;
}

const ON = ['given', 'pending'];

/** Saves what a person has chosen, one save at a time: a double click writes no second line. */
export async function saveChanges(
  strapi: Core.Strapi,
  holder: PreferenceHolder,
  changes: Changes,
  circumstances: Circumstances,
): Promise<Saved> {
  const byMail: Purpose[] = [];
  await inTransaction(strapi, async () => {
    await lockSubject(strapi, holder.subjectId);
    for (const purpose of await consentPurposes(strapi)) {
      const wanted = changes.withdrawAll ? false : changes.purposes.get(purpose.slug);
      if (wanted === undefined) continue;
      const choice = await choiceOf(strapi, holder, purpose);
      if (wanted === ON.includes(choice.state)) continue;
      if (!wanted) await append(strapi, 'withdrawn', holder, choice, circumstances);
      else if (!mayAgreeHere(purpose, circumstances)) continue;
      else if (purpose.doubleOptIn) byMail.push(purpose);
      else await append(strapi, 'granted', holder, choice, circumstances);
    }
    await saveChannels(strapi, holder, changes, circumstances);
    if (changes.language !== null && LANGUAGES.includes(changes.language)) {
      await speakTo(strapi, holder.subjectId, changes.language);
      await preferLanguage(strapi, holder.subjectId, changes.language);
    }
  });
  // After the commit: what it sets off runs at once, and must see what was saved.
  if (byMail.length > 0) await askByMail(strapi, holder, byMail, circumstances);
  return { byMail: byMail.map(({ slug }) => slug) };
}

/** A child's guardian is asked by the form alone; what the browser refuses, it refuses here, too. */
export function mayAgreeHere(purpose: Purpose, { privacyControl }: { privacyControl: boolean }): boolean {
  return purpose.askAge !== true && !(privacyControl && purpose.soldOrShared === true);
}

/**
 * Honours Global Privacy Control: whoever opens their choices with `Sec-GPC: 1` refuses the purposes that are sale,
 * sharing or cross-site advertising. The signal is a declaration in itself, so that it counts on a `GET`, too.
 *
 * @returns the purposes that are refused by it
 */
export async function honourPrivacyControl(
  strapi: Core.Strapi,
  holder: PreferenceHolder,
  circumstances: Circumstances,
): Promise<readonly Purpose[]> {
  if (!circumstances.privacyControl) return [];
  const refused = (await consentPurposes(strapi)).filter(({ soldOrShared }) => soldOrShared === true);
  if (refused.length === 0) return [];
  await inTransaction(strapi, async () => {
    await lockSubject(strapi, holder.subjectId);
    for (const purpose of refused) {
      const choice = await choiceOf(strapi, holder, purpose);
      if (choice.state === 'refused' || choice.state === 'withdrawn') continue;
      await append(strapi, 'refused', holder, choice, circumstances, PRIVACY_CONTROL);
    }
  });
  return refused;
}

async function saveChannels(
  strapi: Core.Strapi,
  holder: PreferenceHolder,
  changes: Changes,
  circumstances: Circumstances,
): Promise<void> {
  for (const channel of readSettings(strapi).consent.channels) {
    const wanted = changes.channels.get(channel);
    if (wanted === undefined) continue;
    const choice = await choiceOf(strapi, holder, channelPurpose(channel));
    if (wanted === channelAllowed(channel, choice.state)) continue;
    await append(strapi, wanted ? 'granted' : 'withdrawn', holder, choice, circumstances);
  }
}

async function append(
  strapi: Core.Strapi,
  event: ConsentEvent,
  { subjectId, email }: PreferenceHolder,
  { purpose }: PurposeChoice,
  { origin, language }: Circumstances,
  method = PREFERENCE_CENTRE,
): Promise<void> {
  await appendConsent(strapi, { event, subjectId, email, purpose, language, method, origin });
}

/**
 * Where a purpose wants a confirmation by mail, the preference centre asks for it as the form does: the link to it
 * stands in every mail, and people pass mails on.
 */
async function askByMail(
  strapi: Core.Strapi,
  { email }: PreferenceHolder,
  purposes: readonly Purpose[],
  { origin, language, privacyControl }: Circumstances,
): Promise<void> {
  const subscription = {
    email,
    purposes: purposes.map(({ slug }) => slug),
    language,
    firstName: null,
    lastName: null,
    formUrl: origin.formUrl ?? null,
    guardianEmail: null,
    privacyControl,
  };
  await receiveSubscription(strapi, subscription, origin);
}

/** Lets one change of a person's choices at a time happen; the others wait, and find it done. */
export async function lockSubject(strapi: Core.Strapi, subjectId: string): Promise<void> {
  const subject = (await strapi.db
    .query('plugin::gdpr.data-subject')
    .findOne({ where: { documentId: subjectId }, select: ['id', 'documentId'] })) as {
    id: number;
    documentId: string;
  } | null;
  if (subject !== null) await lockDataSubject(strapi, subject);
}
