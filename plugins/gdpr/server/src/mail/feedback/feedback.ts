import { randomUUID } from 'node:crypto';

import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { normaliseEmail } from '../../platform/email-address';
import { readSettings } from '../../platform/settings';

import { OUTBOX } from '../outbox';

import { isDeadAddress, type Report } from './report';

/** Somebody marked a mail of ours as spam. */
export interface Complaint {
  readonly subjectId: string;
  /** The address that the mail went to, normalised. */
  readonly recipient: string;
  readonly messageId: string | null;
  /** What the mail was for. */
  readonly kind: string;
}

/** What a mail service tells by an authenticated call, of mails that are not in the outbox, too. */
export interface ReportedEvent {
  readonly type: 'bounce' | 'complaint';
  readonly messageId?: string | undefined;
  readonly recipient?: string | undefined;
  /** Enhanced status code; a bounce without one is taken for a dead address. */
  readonly status?: string | undefined;
}

/** `applied`: something changed. `ignored`: it is not about a mail of ours, or says nothing that changes anything. */
export type Outcome = 'applied' | 'ignored';

interface SentMail {
  readonly id: number;
  readonly subjectId: string | null;
  readonly kind: string;
  readonly recipient: string | null;
}

type HearsComplaint = (complaint: Complaint) => Promise<void>;
type FindsSubject = (email: string) => Promise<string | null>;

/** What comes back about mails: dead addresses get no more, and a complaint is heard by whoever keeps consent. */
export class MailFeedback {
  private hears: HearsComplaint = () => Promise.resolve();
  private findSubject: FindsSubject = () => Promise.resolve(null);

  constructor(private readonly strapi: Core.Strapi) {}

  /** The rooms above say what a complaint means, and whose an address is. */
  register(hears: HearsComplaint, findSubject: FindsSubject): void {
    this.hears = hears;
    this.findSubject = findSubject;
  }

  /**
   * A report that came by mail. Anybody can write one, so it counts only with the Message-ID of a mail that we sent (122
   * random bits, which its recipient and the servers on its way have seen) and only for the address that mail went to.
   */
  async accept(report: Report): Promise<Outcome> {
    const mail = await this.find(report.messageId);
    const recipient = mail === null ? null : normaliseEmail(mail.recipient ?? '');
    if (mail === null || recipient === null) return 'ignored';
    const isOurs = (addresses: readonly string[]): boolean =>
      addresses.some((address) => normaliseEmail(address) === recipient);
    if (report.kind === 'bounce') {
      const dead = report.recipients.find((one) => isDeadAddress(one) && isOurs(one.addresses));
      return dead === undefined ? 'ignored' : this.markDead(mail.id, dead.status);
    }
    if (report.recipients.length > 0 && !isOurs(report.recipients)) return 'ignored';
    // "not-spam" is the opposite of a complaint (RFC 6430).
    if (report.feedbackType === 'not-spam') return 'ignored';
    return this.complain(mail, recipient, report.messageId);
  }

  /** What a mail service reports over the authenticated webhook: it may name an address instead of a mail of ours. */
  async acceptEvent({ type, messageId, recipient, status }: ReportedEvent): Promise<Outcome> {
    const email = normaliseEmail(recipient ?? '');
    const mail = (await this.find(messageId ?? null)) ?? (email === null ? null : await this.stranger(email));
    const address = normaliseEmail(mail?.recipient ?? '');
    if (mail === null || address === null || (email !== null && email !== address)) return 'ignored';
    if (type === 'complaint') return this.complain(mail, address, messageId ?? null);
    const code = status ?? '5.0.0';
    if (!isDeadAddress({ action: 'failed', status: code })) return 'ignored';
    return this.markDead(mail.id === 0 ? await this.remember(mail, messageId) : mail.id, code);
  }

  private async complain(mail: SentMail, recipient: string, messageId: string | null): Promise<Outcome> {
    if (mail.subjectId === null) return 'ignored';
    await this.hears({ subjectId: mail.subjectId, recipient, messageId, kind: mail.kind });
    return 'applied';
  }

  private async find(messageId: string | null): Promise<SentMail | null> {
    if (messageId === null) return null;
    return (await this.strapi.db
      .query(OUTBOX)
      .findOne({ where: { messageId, state: 'sent' } })) as SentMail | null;
  }

  /** A mail that went out past the outbox: only whose address it was is known. */
  private async stranger(email: string): Promise<SentMail | null> {
    const subjectId = await this.findSubject(email);
    return subjectId === null ? null : { id: 0, subjectId, kind: 'reported', recipient: email };
  }

  private async remember({ subjectId, recipient }: SentMail, messageId?: string): Promise<number> {
    const row = (await this.strapi.db.query(OUTBOX).create({
      data: {
        state: 'failed',
        kind: 'reported',
        subjectId,
        recipient,
        messageId: messageId ?? `<${randomUUID()}@reported.invalid>`,
        attempts: 0,
      },
    })) as { id: number };
    return row.id;
  }

  private async markDead(id: number, status: string): Promise<Outcome> {
    await this.strapi.db
      .query(OUTBOX)
      .update({ where: { id }, data: { bounce: status, bouncedAt: clock.now().getTime() } });
    return 'applied';
  }
}

/**
 * Whether mails to an address came back as undeliverable for good. It is remembered for `mail.bounceMemory`, since
 * addresses come to life again.
 */
export async function isUndeliverable(strapi: Core.Strapi, recipient: string): Promise<boolean> {
  const { bounceMemory } = readSettings(strapi).mail;
  const count = await strapi.db.query(OUTBOX).count({
    where: { recipient, bouncedAt: { $gte: clock.now().getTime() - bounceMemory } },
  });
  return count > 0;
}
