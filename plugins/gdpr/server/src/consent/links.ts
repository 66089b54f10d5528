import type { Core } from '@strapi/types';

import type { Links } from './mails';
import { publicLink } from './public-link';
import { subjectToken, type TokenHolder } from './subject-tokens';

/** Where a person sees and changes all their choices. */
export async function preferencesLink(strapi: Core.Strapi, holder: TokenHolder): Promise<string> {
  const { subjectId, email, language } = holder;
  const token = await subjectToken(strapi, 'preferences', { subjectId, email, language });
  return publicLink(strapi, `/preferences/${token}`);
}

/** The links that belong into every mail for a purpose. */
export async function mailLinks(
  strapi: Core.Strapi,
  holder: TokenHolder & { readonly purpose: string },
): Promise<Links> {
  const token = await subjectToken(strapi, 'unsubscribe', holder);
  return {
    unsubscribe: publicLink(strapi, `/unsubscribe/${token}`),
    preferences: await preferencesLink(strapi, holder),
  };
}

/** RFC 8058: one click, by POST, without a page in between. */
export function unsubscribeHeaders({ unsubscribe }: Links): Record<string, string> {
  return {
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}
