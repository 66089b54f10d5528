import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { inTransaction } from '../platform/database/connection';
import { jobsOf, workThroughDueRows } from '../platform/jobs';
import type { Language } from '../platform/languages';
import { readSettings } from '../platform/settings';

import { findPurposes, type Purpose, textOf } from '../lawfulness';
import { enqueueMail } from '../mail';
import { ensureDataSubject, lockDataSubject, normaliseEmail } from '../people';

import { appendConsent, currentConsent, DOUBLE_OPT_IN, type Origin, SINGLE_OPT_IN } from './ledger';
import { renderOptInMail } from './mails';
import { publicLink } from './public-link';
import type { SubscriptionInput } from './subscription-input';
import { createToken } from './token';
import { welcome } from './welcome';

export const OPT_IN = 'plugin::gdpr.opt-in';
export const OPT_IN_TABLE = 'gdpr_opt_ins';
const BATCH = 20;
const HOUR = 3_600_000;

export interface OptIn {
  readonly id: number;
  readonly documentId: string;
  readonly state: 'received' | 'mailed' | 'confirmed' | 'settled';
  readonly subjectId: string | null;
  readonly purposes: readonly string[];
  readonly language: Language;
  readonly receivedAt: string;
  readonly expiresAt: string | null;
  readonly tokenHash: string | null;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly formUrl: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/**
 * Takes a subscription in: one sealed row, whoever the address belongs to. All that depends on whether it is known
 * happens later, in {@link processReceived}, where neither the answer nor its time can tell.
 */
export async function receiveSubscription(
  strapi: Core.Strapi,
  input: SubscriptionInput & { readonly language: Language },
  origin: Origin,
): Promise<void> {
  const { recordIp, recordUserAgent } = readSettings(strapi).consent;
  await strapi.db.query(OPT_IN).create({
    data: {
      ...input,
      state: 'received',
      receivedAt: clock.now().getTime(),
      ip: recordIp ? (origin.ip ?? null) : null,
      userAgent: recordUserAgent ? (origin.userAgent ?? null) : null,
    },
  });
  jobsOf(strapi).kick();
}

/** Works through what was received: decides, writes the ledger, and puts the mail into the outbox, all or nothing. */
export function processReceived(strapi: Core.Strapi): Promise<number> {
  return workThroughDueRows(strapi, { name: OPT_IN_TABLE, dueState: 'received' }, BATCH, (id) =>
    inTransaction(strapi, () => processOne(strapi, id)),
  );
}

async function processOne(strapi: Core.Strapi, id: number): Promise<void> {
  const optIn = (await strapi.db.query(OPT_IN).findOne({ where: { id } })) as OptIn | null;
  if (optIn?.state !== 'received') return;
  const email = normaliseEmail(optIn.email ?? '');
  if (email === null) return settle(strapi, id, {});
  const subject = await ensureDataSubject(strapi, email);
  // One opt-in of a person at a time, also on several nodes: the limits below count what others have done.
  await lockDataSubject(strapi, subject);

  const asked = await findPurposes(strapi, optIn.purposes);
  const open: Purpose[] = [];
  for (const purpose of asked) {
    const { state } = await currentConsent(strapi, subject.documentId, purpose.slug, email);
    if (state !== 'given') open.push(purpose);
  }
  const byMail = open.filter(({ doubleOptIn }) => doubleOptIn);
  const atOnce = open.filter(({ doubleOptIn }) => !doubleOptIn);
  if (atOnce.length > 0) await giveAtOnce(strapi, optIn, subject.documentId, email, atOnce);
  if (byMail.length === 0 || (await wasJustAsked(strapi, optIn, subject.documentId, byMail))) {
    return settle(strapi, id, { subjectId: subject.documentId });
  }
  await askByMail(strapi, optIn, subject.documentId, email, byMail);
}

async function askByMail(
  strapi: Core.Strapi,
  optIn: OptIn,
  subjectId: string,
  email: string,
  purposes: readonly Purpose[],
): Promise<void> {
  const { consent, controller } = readSettings(strapi);
  const { token, hash } = createToken();
  const { language } = optIn;
  const mail = renderOptInMail(language, {
    controller: controller.name,
    purposes: purposes.map((purpose) => textOf(purpose, language).name),
    link: publicLink(strapi, `/subscriptions/confirm/${token}`),
    hours: Math.round(consent.optInExpiry / HOUR),
  });
  const evidence = await enqueueMail(strapi, { kind: 'opt-in', subjectId, recipient: email, ...mail });
  for (const purpose of purposes) {
    await appendConsent(strapi, {
      event: 'granted',
      subjectId,
      email,
      purpose,
      language,
      method: DOUBLE_OPT_IN,
      origin: optIn,
      optInId: optIn.documentId,
      tokenHash: hash,
      occurredAt: new Date(Number(optIn.receivedAt)),
      ...evidence,
    });
  }
  await strapi.db.query(OPT_IN).update({
    where: { id: optIn.id },
    data: {
      state: 'mailed',
      subjectId,
      purposes: purposes.map(({ slug }) => slug),
      tokenHash: hash,
      expiresAt: clock.now().getTime() + consent.optInExpiry,
    },
  });
}

/** Purposes that need no confirmation by mail take effect as they were given. */
async function giveAtOnce(
  strapi: Core.Strapi,
  optIn: OptIn,
  subjectId: string,
  email: string,
  purposes: readonly Purpose[],
): Promise<void> {
  for (const purpose of purposes) {
    await appendConsent(strapi, {
      event: 'granted',
      subjectId,
      email,
      purpose,
      language: optIn.language,
      method: SINGLE_OPT_IN,
      origin: optIn,
      optInId: optIn.documentId,
      occurredAt: new Date(Number(optIn.receivedAt)),
    });
  }
  await welcome(strapi, { optIn, subjectId, email, purposes });
}

/**
 * Whether a mail for the same purposes has just gone to this person, or too many have: then no further one goes, so
 * that nobody can flood a mailbox that is not theirs.
 */
async function wasJustAsked(
  strapi: Core.Strapi,
  optIn: OptIn,
  subjectId: string,
  purposes: readonly Purpose[],
): Promise<boolean> {
  const { consent, rateLimit } = readSettings(strapi);
  const now = clock.now().getTime();
  const since = now - Math.max(consent.mailWindow, rateLimit.windowSeconds * 1_000);
  const recent = (await strapi.db.query(OPT_IN).findMany({
    where: { subjectId, state: 'mailed', receivedAt: { $gte: since }, id: { $ne: optIn.id } },
    select: ['purposes', 'receivedAt'],
  })) as Pick<OptIn, 'purposes' | 'receivedAt'>[];
  if (recent.length >= rateLimit.perAddress) return true;
  const slugs = purposes.map(({ slug }) => slug);
  return recent.some(
    (earlier) =>
      Number(earlier.receivedAt) >= now - consent.mailWindow &&
      slugs.every((slug) => earlier.purposes.includes(slug)),
  );
}

async function settle(strapi: Core.Strapi, id: number, data: { subjectId?: string }): Promise<void> {
  // Nothing follows from it, so nothing of it is kept.
  const empty = { email: null, firstName: null, lastName: null, formUrl: null, ip: null, userAgent: null };
  await strapi.db.query(OPT_IN).update({ where: { id }, data: { ...empty, ...data, state: 'settled' } });
}
