import type { Core } from '@strapi/types';

import type { Language } from '../../platform/languages';
import { type Channel, readSettings } from '../../platform/settings';

import { consentPurposes, type Purpose } from '../../lawfulness';

import type { ConsentState } from '../consent-state';
import { CONSENT_RECORD, currentConsent } from '../ledger';
import { findSubjectToken } from '../subject-tokens';

import { channelAllowed, channelPurpose } from './channels';
import { type PreferenceHolder, type PreferenceLink, preferenceLinks } from './extensions';

export interface PurposeChoice {
  readonly purpose: Purpose;
  readonly state: ConsentState;
  /** When that state began. */
  readonly since: Date | null;
}

export interface ChannelChoice {
  readonly channel: Channel;
  readonly allowed: boolean;
}

/** Everything a person can see and change about their consent. */
export interface Preferences {
  readonly holder: PreferenceHolder;
  readonly purposes: readonly PurposeChoice[];
  /** Empty where there is only one way to reach people, which is no choice. */
  readonly channels: readonly ChannelChoice[];
  readonly links: readonly PreferenceLink[];
}

/** Whose choices a link opens; `null` for a link that is not one, or whose person was erased. */
export async function preferenceHolder(
  strapi: Core.Strapi,
  token: string | undefined,
): Promise<PreferenceHolder | null> {
  const row = await findSubjectToken(strapi, 'preferences', token);
  if (row === null || row.email === null) return null;
  const { subjectId, email, language } = row;
  return { subjectId, email, language };
}

export async function readPreferences(
  strapi: Core.Strapi,
  holder: PreferenceHolder,
  language: Language,
): Promise<Preferences> {
  const purposes: PurposeChoice[] = [];
  for (const purpose of await consentPurposes(strapi)) {
    purposes.push(await choiceOf(strapi, holder, purpose));
  }
  return {
    holder,
    purposes,
    channels: await channelChoices(strapi, holder),
    links: await preferenceLinks(strapi, holder, language),
  };
}

export async function choiceOf(
  strapi: Core.Strapi,
  { subjectId, email }: PreferenceHolder,
  purpose: Purpose,
): Promise<PurposeChoice> {
  const { state, evidence } = await currentConsent(strapi, subjectId, purpose.slug, email);
  const last = evidence.at(-1);
  const line = (
    last === undefined
      ? null
      : await strapi.db.query(CONSENT_RECORD).findOne({ where: { documentId: last }, select: ['occurredAt'] })
  ) as { occurredAt: string } | null;
  return { purpose, state, since: line === null ? null : new Date(line.occurredAt) };
}

async function channelChoices(
  strapi: Core.Strapi,
  { subjectId, email }: PreferenceHolder,
): Promise<readonly ChannelChoice[]> {
  const { channels } = readSettings(strapi).consent;
  if (channels.length < 2) return [];
  const choices: ChannelChoice[] = [];
  for (const channel of channels) {
    const { slug } = channelPurpose(channel);
    const { state } = await currentConsent(strapi, subjectId, slug, email);
    choices.push({ channel, allowed: channelAllowed(channel, state) });
  }
  return choices;
}
