import { errors } from '@strapi/utils';

/**
 * Machine-readable codes of everything this plugin refuses. They travel in `error.details.code`, so that a client
 * never has to read the sentence.
 */
export type ErrorCode =
  | 'protected-filter-unsupported'
  | 'protected-sort-unsupported'
  | 'protected-attribute-invalid'
  | 'protected-search-too-broad'
  | 'personal-data-withheld'
  | 'record-unknown'
  | 'record-not-authentic'
  | 'data-key-missing'
  | 'key-encryption-key-missing'
  | 'key-encryption-key-invalid'
  | 'key-encryption-key-wrong'
  | 'key-file-invalid'
  | 'key-encryption-unavailable'
  | 'key-store-unavailable'
  | 'key-rotation-refused'
  | 'annotation-invalid'
  | 'annotation-removed'
  | 'setting-invalid'
  | 'request-invalid'
  | 'purpose-unknown'
  | 'token-unknown'
  | 'token-expired'
  | 'rate-limited'
  | 'already-converted'
  | 'audit-unavailable'
  | 'audit-log-broken'
  | 'audit-not-sealed'
  | 'run-unknown'
  | 'command-refused';

type Details = Readonly<Record<string, unknown>>;

/** 400: the client asked for something that cannot be answered; the sentence says what works instead. */
export function badRequest(code: ErrorCode, message: string, details: Details = {}): Error {
  return new errors.ValidationError(message, { ...details, code });
}

/** 404 */
export function notFound(code: ErrorCode, message: string): Error {
  return new errors.NotFoundError(message, { code });
}

/** 503: what is needed to answer does not work now; whoever runs the server has to mend it. */
export function unavailable(code: ErrorCode, message: string): StatusError {
  return new StatusError(503, code, message, 'ServiceUnavailableError');
}

/** Answers a refusal in Strapi's format. */
export function answer(ctx: Answerable, { status, name, message, details }: StatusError): void {
  ctx.status = status;
  ctx.body = { data: null, error: { status, name, message, details } };
}

/** 409: the request is right, the state of the record is not. Controllers answer it by {@link answeringRefusals}. */
export function conflict(code: ErrorCode, message: string): Error {
  return new StatusError(409, code, message);
}

interface Answerable {
  status: number;
  body: unknown;
}

/**
 * Runs a controller's work and answers its refusals in Strapi's format. Thrown through, Strapi would answer them the
 * same way, but write each to the log as a failure of the server.
 */
export async function answeringRefusals(ctx: Answerable, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    answer(ctx, error);
  }
}

export class StatusError extends Error {
  readonly details: Details;

  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
    name = 'ConflictError',
  ) {
    super(message);
    this.name = name;
    this.details = { code };
  }
}

/**
 * A failure of the server's own state or configuration. Clients get a bare 500; the sentence goes to the log.
 * Never put personal data or key material into `message`.
 */
export class GdprError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'GdprError';
  }

  /** For errors that stop the boot: whoever reads the log needs the sentence, not where it was thrown. */
  withoutStack(): this {
    this.stack = `${this.name}: ${this.message}`;
    return this;
  }
}

/**
 * Something the vault cannot work without is away, and may come back: an HSM, a key store. Clients get a bare 503, the
 * sentence goes to the log.
 */
export class UnavailableError extends GdprError {
  /** Strapi answers with it, and with no more than its name. */
  readonly status = 503;
}
