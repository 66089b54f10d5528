import type { Core } from '@strapi/types';

import type { Language } from '../../platform/languages';

/** The person whose choices are shown. */
export interface PreferenceHolder {
  /** `documentId` of the data subject. */
  readonly subjectId: string;
  readonly email: string;
  readonly language: Language;
}

/** A link in the part "your data" of the preference centre: download it, have it erased. */
export interface PreferenceLink {
  readonly label: string;
  readonly href: string;
}

type Offer = (
  holder: PreferenceHolder,
  language: Language,
) => readonly PreferenceLink[] | Promise<readonly PreferenceLink[]>;

const offers = new WeakMap<Core.Strapi, Offer[]>();

/** What rooms above offer a person beside their choices. Nothing is shown until somebody registers. */
export function registerPreferenceLinks(strapi: Core.Strapi, offer: Offer): void {
  offers.set(strapi, [...(offers.get(strapi) ?? []), offer]);
}

export async function preferenceLinks(
  strapi: Core.Strapi,
  holder: PreferenceHolder,
  language: Language,
): Promise<readonly PreferenceLink[]> {
  const links: PreferenceLink[] = [];
  for (const offer of offers.get(strapi) ?? []) links.push(...(await offer(holder, language)));
  return links;
}
