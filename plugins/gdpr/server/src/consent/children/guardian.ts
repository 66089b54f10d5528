import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { readSettings } from '../../platform/settings';

import { type Purpose, textOf } from '../../lawfulness';
import { enqueueMail } from '../../mail';
import { ensureDataSubject } from '../../people';

import { appendConsent, GUARDIAN, type Origin } from '../ledger';
import { renderGuardianMail } from '../mails';
import { OPT_IN, type OptIn } from '../opt-ins';
import { publicLink } from '../public-link';
import { createToken } from '../token';
import { welcome } from '../welcome';

const HOUR = 3_600_000;

/** Of these purposes those for which a guardian has to agree, because a child asks (Art. 8(1)). */
export function forGuardian(optIn: OptIn, purposes: readonly Purpose[]): readonly Purpose[] {
  if (optIn.guardianEmail === null || optIn.confirmer === 'guardian') return [];
  return purposes.filter(({ askAge }) => askAge === true);
}

/**
 * Asks the guardian by mail, after the child has shown that its own address is right: nobody can have mails sent to a
 * stranger by naming them as a parent. What the child asked for waits. A new row of its own waits for the click.
 */
export async function askGuardian(
  strapi: Core.Strapi,
  child: OptIn & { readonly subjectId: string; readonly email: string; readonly guardianEmail: string },
  purposes: readonly Purpose[],
): Promise<void> {
  const { consent, controller, rateLimit } = readSettings(strapi);
  const now = clock.now().getTime();
  const query = strapi.db.query(OPT_IN);
  const { subjectId, email, guardianEmail, language, firstName, lastName, formUrl } = child;
  const asked = await query.count({
    where: { subjectId, confirmer: 'guardian', receivedAt: { $gte: now - rateLimit.windowSeconds * 1_000 } },
  });
  if (asked >= rateLimit.perAddress) return;
  const { token, hash } = createToken();
  const mail = renderGuardianMail(language, {
    controller: controller.name,
    child: email,
    purposes: purposes.map((purpose) => textOf(purpose, language).name),
    link: publicLink(strapi, `/subscriptions/confirm/${token}`),
    hours: Math.round(consent.optInExpiry / HOUR),
  });
  await enqueueMail(strapi, { kind: 'guardian', subjectId, recipient: guardianEmail, ...mail });
  await query.create({
    data: {
      state: 'mailed',
      confirmer: 'guardian',
      subjectId,
      email,
      guardianEmail,
      firstName,
      lastName,
      formUrl,
      language,
      purposes: purposes.map(({ slug }) => slug),
      receivedAt: now,
      expiresAt: now + consent.optInExpiry,
      tokenHash: hash,
    },
  });
}

/** The guardian's click. Only now are they somebody we keep: as the data subject who agreed for the child. */
export async function confirmAsGuardian(
  strapi: Core.Strapi,
  optIn: OptIn & { readonly subjectId: string; readonly guardianEmail: string },
  details: {
    readonly email: string;
    readonly purposes: readonly Purpose[];
    readonly origin: Origin;
    readonly language: OptIn['language'];
    readonly tokenHash: string;
  },
): Promise<void> {
  const { email, purposes, origin, language, tokenHash } = details;
  const { subjectId, guardianEmail } = optIn;
  const guardian = await ensureDataSubject(strapi, guardianEmail);
  for (const purpose of purposes) {
    await appendConsent(strapi, {
      event: 'confirmed',
      subjectId,
      email,
      purpose,
      language,
      method: GUARDIAN,
      origin: { ...origin, formUrl: optIn.formUrl },
      optInId: optIn.documentId,
      guardianId: guardian.documentId,
      tokenHash,
    });
  }
  await welcome(strapi, { optIn, subjectId, email, purposes });
  await welcome(strapi, {
    optIn,
    subjectId,
    email,
    purposes,
    copyTo: { subjectId: guardian.documentId, recipient: guardianEmail },
  });
}

/**
 * Forgets guardians who did not agree in time: their address, and the mail that went to it, as that mail promised.
 *
 * @returns how many were forgotten
 */
export async function forgetGuardians(strapi: Core.Strapi): Promise<number> {
  const { optInExpiry } = readSettings(strapi).consent;
  // As long again as the link worked, so that an expired one can still be renewed.
  const expiresAt = { $lt: clock.now().getTime() - optInExpiry };
  return forget(strapi, { expiresAt });
}

/** Forgets at once whoever was asked for this child: they want no more of these mails. */
export async function dismissGuardians(strapi: Core.Strapi, subjectId: string): Promise<void> {
  while ((await forget(strapi, { subjectId })) > 0);
}

async function forget(strapi: Core.Strapi, which: Readonly<Record<string, unknown>>): Promise<number> {
  const query = strapi.db.query(OPT_IN);
  const due = (await query.findMany({
    where: { confirmer: 'guardian', state: 'mailed', ...which },
    limit: 50,
  })) as OptIn[];
  for (const row of due) {
    await strapi.db.query('plugin::gdpr.outbox-message').updateMany({
      where: { kind: 'guardian', subjectId: row.subjectId, recipient: row.guardianEmail },
      data: { recipient: null, subjectLine: null, text: null, html: null, headers: null },
    });
    await query.update({
      where: { id: row.id },
      data: {
        state: 'settled',
        email: null,
        guardianEmail: null,
        firstName: null,
        lastName: null,
        formUrl: null,
      },
    });
  }
  return due.length;
}
