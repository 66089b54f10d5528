/**
 * What the audit trail's page and its server say to each other. Times of the log are ms since 1970; other times travel
 * as ISO 8601 texts (`Time`), and are `Date`s on the server.
 */

/** Records of one type that an entry is about. */
export interface AuditRecords {
  readonly type: string;
  readonly change: 'create' | 'update' | 'delete' | null;
  readonly count: number;
  /** Protected attributes: read, changed, or asked for. */
  readonly attributes: readonly string[];
  /** The first of them; `documentId` is `null` for a record of which nothing is known any more. */
  readonly records: readonly {
    readonly id: number;
    readonly documentId: string | null;
    readonly person: string | null;
  }[];
}

export type AuditDetail = string | number | boolean | readonly string[];

/** One entry of the log, spelt out. Accounts and persons are pseudonyms. */
export interface AuditEntry {
  readonly index: number;
  /** Unit of work (a request, a job's run), a dash, and a number. */
  readonly id: string;
  readonly time: number;
  readonly action: string;
  /** `admin:7`, `user:3`, `api-token:2`, `public`, `system`, `command`. */
  readonly actor: string;
  readonly source: string;
  readonly name?: string | undefined;
  readonly ip?: string | undefined;
  readonly purpose?: string | undefined;
  readonly details?: Readonly<Record<string, AuditDetail>> | undefined;
  readonly records: readonly AuditRecords[];
  /** Whether old and new values are kept beside it. */
  readonly hasValues: boolean;
}

/** The names, as they are now, of the accounts and roles that entries speak of. */
export interface AuditNames {
  readonly actors: Readonly<Record<string, string>>;
}

/** `GET /gdpr/audit/entries`, `GET /gdpr/audit/records/:type/:documentId` */
export interface AuditPage {
  readonly data: readonly AuditEntry[];
  readonly meta: AuditNames & {
    /** Where the next page begins; `null` when there is none. */
    readonly next: number | null;
    /** Entries in the log. */
    readonly size: number;
  };
}

/** What `GET /gdpr/audit/entries` can be asked for. */
export interface AuditQuery {
  /** `documentId` of a data subject; an address is told by {@link AuditPersonRequest} whose it is. */
  readonly person?: string;
  readonly document?: string;
  readonly type?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly source?: string;
  /** ISO 8601, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  readonly before?: number;
  readonly limit?: number;
}

/** `GET /gdpr/audit/entries/:index` */
export interface AuditEntryAnswer {
  /** `null` once it was pruned: its hash and the proof of it are left. */
  readonly data: AuditEntry | null;
  readonly meta: AuditNames & {
    /** base64, as the hashes below. */
    readonly leafHash: string;
    /** `null` while no checkpoint covers the entry. */
    readonly inclusion: {
      readonly size: number;
      readonly proof: readonly string[];
      readonly checkpoint: string;
    } | null;
  };
}

/** Old and new values of one record of a change; values that are gone say why. */
export type AuditValues =
  | {
      readonly type: string;
      readonly documentId: string | null;
      readonly change: string;
      /** Why a record was unmasked, in the words of who did. */
      readonly reason?: string;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | { readonly gone: 'pruned' | 'erased' | 'not-authentic' };

/** `POST /gdpr/audit/entries/:index/verification` */
export interface AuditEntryVerification {
  readonly index: number;
  /** Entries of the checkpoint that covers the entry. */
  readonly size: number | null;
  readonly outcome:
    | 'intact'
    /** Intact, and of the entry itself only its hash is left. */
    | 'pruned'
    /** What is stored does not have the hash that was sealed. */
    | 'changed'
    /** The old and new values that are stored are not those that the entry commits to. */
    | 'values-changed'
    /** The hash does not lead to the root of the checkpoint. */
    | 'not-included'
    /** No key of this log signed the checkpoint. */
    | 'not-signed'
    | 'not-covered';
}

/** `GET /gdpr/audit/state` */
export interface AuditChainState<Time = string> {
  readonly size: number;
  readonly checkpoint: {
    readonly size: number;
    readonly createdAt: Time;
    readonly isSigned: boolean;
    /** C2SP signed note: origin, size and root, a line each, and signatures. */
    readonly note: string;
  } | null;
  readonly unsealed: {
    readonly count: number;
    readonly oldest: number | null;
  };
  readonly witnesses: readonly {
    readonly name: string;
    readonly size: number;
    readonly deliveredAt: Time | null;
    readonly failure: string | null;
  }[];
  /** C2SP verifier keys, the one that signs now first. */
  readonly keys: readonly string[];
}

/** `GET|POST /gdpr/audit/verification`: the last verification of the whole log, or the one under way. */
export interface AuditVerification<Time = string> {
  readonly state: 'running' | 'finished' | 'failed';
  readonly done: number;
  readonly total: number;
  /** One sentence, when it failed. */
  readonly error: string | null;
  readonly startedAt: Time;
  readonly finishedAt: Time | null;
}

/** `GET /gdpr/audit/choices`: what the page's filters offer. */
export interface AuditChoices {
  readonly actors: readonly { readonly actor: string; readonly name: string }[];
  readonly types: readonly { readonly uid: string; readonly name: string }[];
}

/** `POST /gdpr/audit/person`: by POST, so that no address stands in a URL, and with it in histories and logs. */
export interface AuditPersonRequest {
  /** An e-mail address. */
  readonly email: string;
}
export interface AuditPerson {
  /** `documentId` of the data subject; `null` when nobody has this address. */
  readonly person: string | null;
}
