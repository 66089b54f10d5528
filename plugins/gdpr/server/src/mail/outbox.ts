import { createHash, randomUUID } from 'node:crypto';

import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { tables } from '../platform/database/connection';
import { workThroughDueRows } from '../platform/jobs';
import { readSettings } from '../platform/settings';

import { isUndeliverable } from './feedback/feedback';
import { isDeadAddress } from './feedback/report';
import { type DeliveryFailure, classifyFailure, retryDelay } from './delivery-failure';

export const OUTBOX = 'plugin::gdpr.outbox-message';
export const OUTBOX_TABLE = 'gdpr_outbox_messages';
const BATCH = 20;

export interface Mail {
  /** What the mail is for, for example `opt-in`; nothing personal. */
  readonly kind: string;
  /** `documentId` of the data subject under whose key the mail is sealed; `null` seals it under a key of its own. */
  readonly subjectId: string | null;
  readonly recipient: string;
  readonly subjectLine: string;
  readonly text: string;
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the ledger keeps of a mail as evidence. */
export interface MailEvidence {
  /** RFC 5322 Message-ID, without the angle brackets' content changed by any relay. */
  readonly messageId: string;
  /** SHA-256 (hex) over subject, text and HTML, separated by NUL. */
  readonly bodyHash: string;
}

/**
 * Accepts a mail: writes it into the outbox, inside the transaction that is running, so that it is sent if and only
 * if what it speaks of has happened. It leaves soon after the transaction commits.
 */
export async function enqueueMail(strapi: Core.Strapi, mail: Mail): Promise<MailEvidence> {
  const messageId = `<${randomUUID()}@${senderDomain(strapi)}>`;
  await strapi.db.query(OUTBOX).create({
    data: { ...mail, headers: mail.headers ?? {}, messageId, state: 'pending', attempts: 0 },
  });
  return { messageId, bodyHash: hashOf(mail) };
}

function hashOf({ subjectLine, text, html }: Mail): string {
  return createHash('sha256').update([subjectLine, text, html].join('\0')).digest('hex');
}

function senderDomain(strapi: Core.Strapi): string {
  const from = readSettings(strapi).mailFrom ?? '';
  return /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost.localdomain';
}

interface OutboxRow {
  readonly id: number;
  readonly messageId: string;
  readonly attempts: number;
  readonly recipient: string | null;
  readonly subjectLine: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly headers: Record<string, string> | null;
}

/**
 * Sends what is due. Each mail leaves at least once: it is marked as sent only after the mail server has taken it, and
 * a process that dies in between lets its lease run out. Two nodes never send the same mail at the same time.
 *
 * @returns how many mails were tried
 */
export function sendDueMails(strapi: Core.Strapi): Promise<number> {
  return workThroughDueRows(strapi, { name: OUTBOX_TABLE, dueState: 'pending' }, BATCH, (id) =>
    sendOne(strapi, id),
  );
}

async function sendOne(strapi: Core.Strapi, id: number): Promise<void> {
  const row = (await strapi.db.query(OUTBOX).findOne({ where: { id } })) as OutboxRow | null;
  if (row === null) return;
  const { recipient, subjectLine, text, html, headers, messageId } = row;
  // The data subject was erased while the mail waited: there is nobody to write to any more.
  if (recipient === null) return settle(strapi, id, { state: 'failed', failure: 'erased' });
  if (await isUndeliverable(strapi, recipient)) {
    return settle(strapi, id, { state: 'failed', failure: 'undeliverable' });
  }
  try {
    const email: EmailService = strapi.plugin('email').service('email');
    await email.send({
      to: recipient,
      subject: subjectLine ?? '',
      text: text ?? '',
      html: html ?? '',
      headers: headers ?? {},
      messageId,
    });
  } catch (error) {
    return retryOrGiveUp(strapi, id, row.attempts + 1, classifyFailure(error));
  }
  return settle(strapi, id, { state: 'sent', sent_at: clock.now().getTime(), attempts: row.attempts + 1 });
}

interface EmailService {
  send(mail: {
    to: string;
    subject: string;
    text: string;
    html: string;
    headers: Record<string, string>;
    messageId: string;
  }): Promise<unknown>;
}

async function retryOrGiveUp(
  strapi: Core.Strapi,
  id: number,
  attempts: number,
  failure: DeliveryFailure,
): Promise<void> {
  const delay = failure.permanent ? null : retryDelay(attempts);
  if (delay === null) {
    strapi.log.warn(`gdpr: mail ${String(id)} could not be delivered (${failure.reason}).`);
    const dead = failure.status !== null && isDeadAddress({ action: 'failed', status: failure.status });
    const bounce = dead ? { bounce: failure.status, bounced_at: clock.now().getTime() } : {};
    return settle(strapi, id, { state: 'failed', failure: failure.reason, attempts, ...bounce });
  }
  const next = clock.now().getTime() + delay;
  return settle(strapi, id, { state: 'pending', failure: failure.reason, attempts, next_attempt_at: next });
}

async function settle(strapi: Core.Strapi, id: number, columns: Record<string, unknown>): Promise<void> {
  const from = await tables(strapi);
  await from(OUTBOX_TABLE)
    .where({ id })
    .update({ lease_until: null, lease_holder: null, ...columns });
}
