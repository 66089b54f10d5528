import { createHash } from 'node:crypto';

import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import type { Language } from '../platform/languages';
import { readSettings } from '../platform/settings';

import { type Purpose, textOf } from '../lawfulness';

import { type ConsentState, consentState } from './consent-state';
import type { ConsentEvent } from './content-types/consent-record/schema';

export const CONSENT_RECORD = 'plugin::gdpr.consent-record';

/** Where a declaration came from. What the settings say not to keep is left out when it is written. */
export interface Origin {
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  readonly formUrl?: string | null;
}

export interface LedgerLine {
  readonly event: ConsentEvent;
  readonly subjectId: string;
  readonly email: string;
  readonly purpose: Purpose;
  readonly language: Language;
  readonly method: string;
  readonly origin: Origin;
  readonly optInId?: string;
  /** `documentId` of the data subject who agreed for a child. */
  readonly guardianId?: string;
  readonly tokenHash?: string;
  readonly messageId?: string;
  readonly bodyHash?: string;
  readonly occurredAt?: Date;
}

/** Writes one line of evidence. There is no way to change or delete it afterwards. */
export async function appendConsent(strapi: Core.Strapi, line: LedgerLine): Promise<void> {
  const { recordIp, recordUserAgent } = readSettings(strapi).consent;
  const { purpose, language, origin, occurredAt = clock.now(), ...rest } = line;
  const textShown = textOf(purpose, language).consent;
  await strapi.db.query(CONSENT_RECORD).create({
    data: {
      ...rest,
      purpose: purpose.slug,
      language,
      occurredAt,
      textShown,
      textHash: createHash('sha256').update(textShown).digest('hex'),
      formUrl: origin.formUrl ?? null,
      ip: recordIp ? (origin.ip ?? null) : null,
      userAgent: recordUserAgent ? (origin.userAgent ?? null) : null,
    },
  });
}

export interface CurrentConsent {
  readonly state: ConsentState;
  /** `documentId`s of the ledger's lines, oldest first. */
  readonly evidence: readonly string[];
}

interface StoredLine {
  readonly id: number;
  readonly documentId: string;
  readonly event: ConsentEvent;
  readonly occurredAt: string;
  readonly email: string | null;
  readonly method: string;
}

/**
 * The state of a person's consent to a purpose.
 *
 * @param email counts only what was declared for this address, in its normalised form; `null` for any
 */
export async function currentConsent(
  strapi: Core.Strapi,
  subjectId: string,
  purpose: string,
  email: string | null,
): Promise<CurrentConsent> {
  const lines = (await strapi.db.query(CONSENT_RECORD).findMany({
    where: { subjectId, purpose },
    select: ['id', 'documentId', 'event', 'occurredAt', 'method', ...(email === null ? [] : ['email'])],
    orderBy: { id: 'asc' },
  })) as StoredLine[];
  const relevant = email === null ? lines : lines.filter((line) => line.email === email);
  const state = consentState(
    relevant.map((line) => ({
      event: line.event,
      occurredAt: new Date(line.occurredAt),
      sequence: line.id,
      needsConfirmation: line.method === DOUBLE_OPT_IN,
    })),
  );
  return { state, evidence: relevant.map((line) => line.documentId) };
}

export const DOUBLE_OPT_IN = 'double-opt-in';
export const SINGLE_OPT_IN = 'form';
/** A parent or guardian confirmed for a child. */
export const GUARDIAN = 'guardian-double-opt-in';
/** The browser refused by `Sec-GPC: 1`. */
export const PRIVACY_CONTROL = 'global-privacy-control';
/** A mail was marked as spam. */
export const COMPLAINT = 'complaint';
export const PREFERENCE_CENTRE = 'preference-centre';
