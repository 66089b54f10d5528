import type { Core } from '@strapi/types';

import type { Language } from '../platform/languages';

import type { TokenUse } from './content-types/subject-token/schema';
import { createToken, tokenHash } from './token';

const SUBJECT_TOKEN = 'plugin::gdpr.subject-token';

/** A long-lived link of a person. It opens one thing: a token of one use is unknown everywhere else. */
export interface SubjectToken {
  readonly id: number;
  readonly subjectId: string;
  readonly purpose: string | null;
  readonly language: Language;
  readonly email: string | null;
  readonly token: string | null;
}

export interface TokenHolder {
  readonly subjectId: string;
  /** The address in its normalised form. */
  readonly email: string;
  readonly language: Language;
  /** The purpose the link is bound to, where it is to one. */
  readonly purpose?: string;
}

/** The token of a person's links of one use: made once, the same in every mail, valid for long. */
export async function subjectToken(strapi: Core.Strapi, use: TokenUse, holder: TokenHolder): Promise<string> {
  const { subjectId, email, purpose = null, language } = holder;
  const query = strapi.db.query(SUBJECT_TOKEN);
  const known = (await query.findMany({ where: { use, subjectId, purpose } })) as SubjectToken[];
  const usable = known.find((row) => row.email === email)?.token ?? null;
  if (usable !== null) return usable;
  const { token, hash } = createToken();
  await query.create({ data: { use, subjectId, email, purpose, language, token, tokenHash: hash } });
  return token;
}

/** The person behind a link, or `null` when there is no such link of this use. */
export async function findSubjectToken(
  strapi: Core.Strapi,
  use: TokenUse,
  token: string | undefined,
): Promise<SubjectToken | null> {
  const hash = tokenHash(token);
  if (hash === null) return null;
  return (await strapi.db
    .query(SUBJECT_TOKEN)
    .findOne({ where: { use, tokenHash: hash } })) as SubjectToken | null;
}

/** From now on, what this person opens speaks this language. */
export async function speakTo(strapi: Core.Strapi, subjectId: string, language: Language): Promise<void> {
  await strapi.db.query(SUBJECT_TOKEN).updateMany({ where: { subjectId }, data: { language } });
}
