/**
 * What the page "Consent" of the admin panel and its server say to each other. Times travel as ISO 8601 texts; prefix of
 * the routes is `/gdpr`. A data subject is named by its `documentId`, a purpose by its slug.
 */

export type ConsentEventName = 'granted' | 'confirmed' | 'withdrawn' | 'expired' | 'refused';
export type ConsentStateName = 'none' | 'pending' | 'given' | 'withdrawn' | 'expired' | 'refused';

/** `POST /consents/person`: whose an e-mail address is. By POST, so that no address stands in a log. */
export interface ConsentPersonRequest {
  readonly email: string;
}
export interface ConsentPerson {
  /** `null`: nobody with this address is known. */
  readonly subject: string | null;
  /** Whether the address is on the suppression list, by purpose (`''` is all). Known for people who were erased, too. */
  readonly suppressed: boolean;
}

/** One line of the ledger. Personal fields are `null` once the person is erased. */
export interface ConsentLine {
  readonly documentId: string;
  readonly event: ConsentEventName;
  readonly purpose: string;
  readonly occurredAt: string;
  readonly validUntil: string | null;
  readonly method: string;
  readonly language: string | null;
  readonly email: string | null;
  readonly formUrl: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly textShown: string | null;
  readonly textHash: string | null;
  /** `documentId` of the policy version in force then. */
  readonly policyVersion: string | null;
  readonly messageId: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly importSource: string | null;
  readonly hasForeignEvidence: boolean;
}

export interface ConsentStanding {
  readonly purpose: string;
  readonly purposeName: string;
  readonly state: ConsentStateName;
  readonly since: string | null;
  readonly validUntil: string | null;
  /** `documentId`s of the lines it rests on; the last one names the proof to download. */
  readonly evidence: readonly string[];
}

/** `GET /consents/:subject` */
export interface PersonConsents {
  readonly subject: string;
  /** One an address and purpose. */
  readonly standings: readonly ConsentStanding[];
  /** The newest first, at most 1,000. */
  readonly timeline: readonly ConsentLine[];
}

/** `POST /consents/:subject/withdrawal` */
export interface WithdrawalRequest {
  /** All purposes when absent. */
  readonly purposes?: readonly string[];
  /** How the person asked for it. */
  readonly reason: string;
}
export interface WithdrawalAnswer {
  readonly withdrawn: readonly string[];
}

/** `GET /consents/funnel?weeks=12`: how many subscriptions were asked for, confirmed and left, by week and purpose. */
export interface FunnelWeek {
  /** Monday of the week (UTC), `2026-11-23`. */
  readonly week: string;
  readonly purpose: string;
  /** Lines `granted` that wait for a confirmation. */
  readonly pending: number;
  readonly confirmed: number;
  /** In force at once, without a mail. */
  readonly direct: number;
  readonly withdrawn: number;
  readonly refused: number;
  readonly expired: number;
}

/** `POST /consents/import`: at most 1,000 at a time; files go by `strapi-gdpr import`. */
export interface ImportRequest {
  readonly purpose: string;
  /** What the data came from, for example `mailchimp-2024`; stands in the evidence. */
  readonly source: string;
  readonly records: readonly ImportedConsent[];
}

/** One consent as another system kept it. Whatever else stands in a record is kept as foreign evidence. */
export interface ImportedConsent {
  readonly email: string;
  /** When it was given there; ISO 8601. */
  readonly consentedAt: string;
  /** When it was confirmed there by mail, if it was. */
  readonly confirmedAt?: string;
  /** When it was withdrawn there, if it was: then only that is taken in. */
  readonly withdrawnAt?: string;
  /** The text the person agreed to. */
  readonly text?: string;
  readonly language?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly [more: string]: unknown;
}

/** What became of an import. Lines are counted from 1, without the heading. */
export interface ImportReport {
  readonly read: number;
  readonly imported: number;
  /** Taken in, and not in force until the person confirms: the purpose asks for double opt-in. */
  readonly unconfirmed: number;
  readonly withdrawn: number;
  /** Known already, by an equal or later declaration. */
  readonly known: number;
  /** Withdrew, objected or were erased here: not taken in. */
  readonly suppressed: number;
  readonly invalid: number;
  /** The first 100 that were not taken in; nothing personal. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
}

/**
 * `GET /consents/:record/proof`: a ZIP, for `strapi-gdpr verify-proof`. `record` is any line of the consent.
 *
 * `GET /consents/export?purpose=newsletter&format=csv|json`: the mailing list of a purpose, streamed. Columns: email,
 * firstName, lastName, language, purpose, consentedAt, validUntil, proof.
 */
export interface MailingListRow {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly language: string;
  readonly purpose: string;
  readonly consentedAt: string;
  readonly validUntil: string;
  /** `documentId` of the line that proves it. */
  readonly proof: string;
}
