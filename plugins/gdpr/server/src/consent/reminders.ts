import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { inTransaction, tables } from '../platform/database/connection';
import { readSettings } from '../platform/settings';

import { findPurposes, textOf } from '../lawfulness';
import { enqueueMail } from '../mail';
import { normaliseEmail } from '../people';

import { currentConsent } from './ledger';
import { renderOptInMail } from './mails';
import { OPT_IN, OPT_IN_TABLE, type OptIn } from './opt-ins';
import { publicLink } from './public-link';

const BATCH = 20;
const HOUR = 3_600_000;

/**
 * Reminds once of opt-ins that wait for a click, where the settings ask for it: nobody wanted a second mail, so it is off
 * by default. The link is the same, and so is its end.
 *
 * @returns how many were looked at
 */
export async function remind(strapi: Core.Strapi): Promise<number> {
  const { reminder } = readSettings(strapi).consent;
  if (reminder === undefined) return 0;
  const now = clock.now().getTime();
  const due = (await strapi.db.query(OPT_IN).findMany({
    where: {
      state: 'mailed',
      remindedAt: { $null: true },
      receivedAt: { $lt: now - reminder },
      expiresAt: { $gt: now },
    },
    orderBy: { id: 'asc' },
    limit: BATCH,
  })) as OptIn[];
  for (const { id } of due) await inTransaction(strapi, () => remindOne(strapi, id));
  return due.length;
}

async function remindOne(strapi: Core.Strapi, id: number): Promise<void> {
  const now = clock.now().getTime();
  // One statement, so that of several nodes one sets it, and only that one goes on.
  const from = await tables(strapi);
  const count: number = await from(OPT_IN_TABLE)
    .where({ id, state: 'mailed' })
    .whereNull('reminded_at')
    .update({ reminded_at: now });
  if (count !== 1) return;
  const optIn = (await strapi.db.query(OPT_IN).findOne({ where: { id } })) as OptIn | null;
  const email = normaliseEmail(optIn?.email ?? '');
  if (optIn === null || email === null || optIn.token === null || optIn.subjectId === null) return;
  const { language, subjectId, token } = optIn;
  const waiting = [];
  for (const purpose of await findPurposes(strapi, optIn.purposes)) {
    const { state } = await currentConsent(strapi, subjectId, purpose.slug, email);
    if (state === 'pending') waiting.push(textOf(purpose, language).name);
  }
  if (waiting.length === 0) return;
  const mail = renderOptInMail(
    language,
    {
      controller: readSettings(strapi).controller.name,
      purposes: waiting,
      link: publicLink(strapi, `/subscriptions/confirm/${token}`),
      hours: Math.max(1, Math.round((Number(optIn.expiresAt) - now) / HOUR)),
    },
    'reminder',
  );
  await enqueueMail(strapi, { kind: 'opt-in-reminder', subjectId, recipient: email, ...mail });
}
