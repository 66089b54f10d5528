import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { inTransaction } from '../../platform/database/connection';
import { jobsOf, workThroughDueRows } from '../../platform/jobs';
import type { Language } from '../../platform/languages';
import { readSettings } from '../../platform/settings';

import { enqueueMail } from '../../mail';
import { findDataSubject, lockDataSubject, normaliseEmail } from '../../people';

import { preferencesLink } from '../links';
import { renderLinkMail } from '../mails';

const LINK_REQUEST = 'plugin::gdpr.link-request';
const TABLE = 'gdpr_link_requests';
const BATCH = 20;

interface LinkRequest {
  readonly id: number;
  readonly state: 'received' | 'settled';
  readonly email: string | null;
  readonly language: Language;
  readonly receivedAt: string;
}

/**
 * Takes in that somebody wants the link to their choices: one sealed row for whatever address. Whether it is known is
 * found out later, where neither the answer nor its time can tell.
 */
export async function receiveLinkRequest(
  strapi: Core.Strapi,
  { email, language }: { readonly email: string; readonly language: Language },
): Promise<void> {
  await strapi.db
    .query(LINK_REQUEST)
    .create({ data: { email, language, state: 'received', receivedAt: clock.now().getTime() } });
  jobsOf(strapi).kick();
}

export function processLinkRequests(strapi: Core.Strapi): Promise<number> {
  return workThroughDueRows(strapi, { name: TABLE, dueState: 'received' }, BATCH, (id) =>
    inTransaction(strapi, () => processOne(strapi, id)),
  );
}

async function processOne(strapi: Core.Strapi, id: number): Promise<void> {
  const query = strapi.db.query(LINK_REQUEST);
  const request = (await query.findOne({ where: { id } })) as LinkRequest | null;
  if (request?.state !== 'received') return;
  const email = normaliseEmail(request.email ?? '');
  const subject = email === null ? null : await findDataSubject(strapi, email);
  // Of somebody we do not know we keep nothing, not even that they asked.
  if (email === null || subject === null) {
    await query.delete({ where: { id } });
    return;
  }
  await lockDataSubject(strapi, subject);
  const { language } = request;
  const subjectId = subject.documentId;
  const tooOften = await wasJustSent(strapi, subjectId);
  await query.update({ where: { id }, data: { state: 'settled', subjectId, email: null } });
  if (tooOften) return;
  const link = await preferencesLink(strapi, { subjectId, email, language });
  const mail = renderLinkMail(language, { controller: readSettings(strapi).controller.name, link });
  await enqueueMail(strapi, { kind: 'preferences-link', subjectId, recipient: email, ...mail });
}

/** So that nobody can flood a mailbox that is not theirs: one mail a window, and few in a longer time. */
async function wasJustSent(strapi: Core.Strapi, subjectId: string): Promise<boolean> {
  const { consent, rateLimit } = readSettings(strapi);
  const now = clock.now().getTime();
  const recent = (await strapi.db.query(LINK_REQUEST).findMany({
    where: {
      subjectId,
      state: 'settled',
      receivedAt: { $gte: now - Math.max(consent.mailWindow, rateLimit.windowSeconds * 1_000) },
    },
    select: ['receivedAt'],
  })) as Pick<LinkRequest, 'receivedAt'>[];
  if (recent.length >= rateLimit.perAddress) return true;
  return recent.some(({ receivedAt }) => Number(receivedAt) >= now - consent.mailWindow);
}
