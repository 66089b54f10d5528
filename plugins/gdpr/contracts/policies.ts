/**
 * What the page "Policies" of the admin panel and its server say to each other. Times travel as ISO 8601 texts; prefix
 * of the routes is `/gdpr`.
 */

export type PolicyKind = 'privacy' | 'terms' | 'cookie' | 'marketing';
export type PolicyLanguage = 'en' | 'de' | 'fr' | 'es';

/** A version without its text. */
export interface PolicyVersionSummary {
  readonly documentId: string;
  readonly policyId: string;
  readonly language: PolicyLanguage;
  readonly state: 'draft' | 'published';
  readonly title: string;
  readonly materialChange: boolean;
  readonly changeNote: string | null;
  /** 1, 2, 3 … in each language; `null` for a draft, like everything below. */
  readonly number: number | null;
  /** SHA-256 (hex) of the text. */
  readonly hash: string | null;
  readonly effectiveAt: string | null;
  readonly releasedAt: string | null;
  /** `admin:7` */
  readonly releasedBy: string | null;
}

/** `GET /policies/versions/:versionId` */
export interface PolicyVersion extends PolicyVersionSummary {
  /** Markdown. */
  readonly text: string;
  /** The same, rendered: safe to be put into a page. */
  readonly html: string;
}

/** How many people are where with a policy. */
export interface AcceptanceRate {
  /** Everybody who ever declared anything about it. */
  readonly people: number;
  /** Have accepted what is in force, or something of which nothing that matters has changed since. */
  readonly accepted: number;
  /** Have accepted an earlier version, and were to be asked anew. */
  readonly stale: number;
  readonly withdrawn: number;
  /** Were sent a mail that asks for it, by version in force. */
  readonly asked: number;
  /** `accepted / people`, 0 to 1; `null` while there is nobody. */
  readonly rate: number | null;
}

/** `GET /policies` */
export interface PolicySummary {
  readonly documentId: string;
  readonly slug: string;
  readonly kind: PolicyKind;
  readonly title: string;
  readonly languages: readonly {
    readonly language: PolicyLanguage;
    readonly inForce: PolicyVersionSummary | null;
    /** Published, and effective later. */
    readonly scheduled: readonly PolicyVersionSummary[];
    readonly drafts: readonly PolicyVersionSummary[];
  }[];
  readonly acceptance: AcceptanceRate;
}

/** `GET /policies/:documentId` */
export interface PolicyDetail extends PolicySummary {
  /** All of them, the newest first. */
  readonly versions: readonly PolicyVersionSummary[];
}

/** `POST /policies`, `PUT /policies/:documentId` (kind and title) */
export interface PolicyInput {
  /** Lower case letters, digits and dashes; part of the public address, and for good. */
  readonly slug: string;
  readonly kind: PolicyKind;
  readonly title: string;
}

/** `POST /policies/:documentId/versions`, `PUT /policies/versions/:versionId`: drafts only */
export interface PolicyVersionInput {
  readonly language: PolicyLanguage;
  readonly title: string;
  readonly text: string;
  readonly materialChange: boolean;
  readonly changeNote?: string | null;
}

/** `POST /policies/versions/:versionId/publish` */
export interface PublishRequest {
  /** From when on; now when absent. Never in the past. */
  readonly effectiveAt?: string;
}

/** One piece of `GET /policies/versions/:from/diff/:to?by=lines|words`. */
export interface DiffPart {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

export interface PolicyDiff {
  readonly from: PolicyVersionSummary;
  readonly to: PolicyVersionSummary;
  readonly parts: readonly DiffPart[];
}
