import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { inTransaction } from '../platform/database/connection';
import { jobsOf, workThroughDueRows } from '../platform/jobs';
import type { Language } from '../platform/languages';
import { readSettings } from '../platform/settings';

import { findPurposes, type Purpose, textOf } from '../lawfulness';
import { enqueueMail } from '../mail';
import { ensureDataSubject, lockDataSubject, normaliseEmail } from '../people';

import { forGuardian } from './children/guardian';
import {
  appendConsent,
  currentConsent,
  DOUBLE_OPT_IN,
  type Origin,
  PRIVACY_CONTROL,
  SINGLE_OPT_IN,
} from './ledger';
import { renderOptInMail } from './mails';
import { publicLink } from './public-link';
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
  readonly confirmer: 'self' | 'guardian' | null;
  readonly privacyControl: boolean | null;
  readonly guardianEmail: string | null;
  /** The link's token, where a reminder is to carry it. */
  readonly token: string | null;
  readonly tokenHash: string | null;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly formUrl: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** A subscription as it is taken in: checked, and in a language. */
export type Subscription = Pick<
  OptIn,
  'purposes' | 'language' | 'firstName' | 'lastName' | 'formUrl' | 'guardianEmail'
> & {
  readonly email: string;
  /** Whether the browser refused sale and sharing (`Sec-GPC: 1`). */
  readonly privacyControl: boolean;
};

/**
 * Takes a subscription in: one sealed row, whoever the address belongs to. All that depends on whether it is known
 * happens later, in {@link processReceived}, where neither the answer nor its time can tell.
 */
export async function receiveSubscription(
  strapi: Core.Strapi,
  subscription: Subscription,
  origin: Origin,
): Promise<void> {
  const { recordIp, recordUserAgent } = readSettings(strapi).consent;
  await strapi.db.query(OPT_IN).create({
    data: {
      ...subscription,
      state: 'received',
      confirmer: 'self',
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
    if (state === 'given') continue;
    if (optIn.privacyControl === true && purpose.soldOrShared === true) {
      if (state !== 'refused') await refuseByControl(strapi, optIn, subject.documentId, email, purpose);
    } else open.push(purpose);
  }
  // A child's address is confirmed before its guardian is asked, whatever the purpose wants of grown-ups.
  const needsMail = (purpose: Purpose): boolean =>
    purpose.doubleOptIn || forGuardian(optIn, [purpose]).length > 0;
  const byMail = open.filter(needsMail);
  const atOnce = open.filter((purpose) => !needsMail(purpose));
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
      token: consent.reminder === undefined ? null : token,
      expiresAt: clock.now().getTime() + consent.optInExpiry,
    },
  });
}

/**
 * The browser said no to what this purpose does (W3C GPC): it is not asked for, and that is on record. Consent that is
 * in force stays: whoever fills in a form with somebody else's address must not take theirs away.
 */
async function refuseByControl(
  strapi: Core.Strapi,
  optIn: OptIn,
  subjectId: string,
  email: string,
  purpose: Purpose,
): Promise<void> {
  await appendConsent(strapi, {
    event: 'refused',
    subjectId,
    email,
    purpose,
    language: optIn.language,
    method: PRIVACY_CONTROL,
    origin: optIn,
    optInId: optIn.documentId,
    occurredAt: new Date(Number(optIn.receivedAt)),
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
  const empty = {
    email: null,
    guardianEmail: null,
    firstName: null,
    lastName: null,
    formUrl: null,
    ip: null,
    userAgent: null,
  };
  await strapi.db.query(OPT_IN).update({ where: { id }, data: { ...empty, ...data, state: 'settled' } });
}
