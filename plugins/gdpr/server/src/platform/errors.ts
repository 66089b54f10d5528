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
  | 'plaintext-refused'
  | 'record-not-authentic'
  | 'data-key-missing'
  | 'data-key-destroyed'
  | 'key-encryption-key-missing'
  | 'key-encryption-key-invalid'
  | 'key-encryption-key-wrong'
  | 'annotation-invalid'
  | 'setting-invalid'
  | 'request-invalid'
  | 'purpose-unknown'
  | 'token-unknown'
  | 'token-expired'
  | 'rate-limited'
  | 'already-converted'
  | 'append-only';

type Details = Readonly<Record<string, unknown>>;

/** 400: the client asked for something that cannot be answered; the sentence says what works instead. */
export function badRequest(code: ErrorCode, message: string, details: Details = {}): Error {
  return new errors.ValidationError(message, { ...details, code });
}

/** 404 */
export function notFound(code: ErrorCode, message: string): Error {
  return new errors.NotFoundError(message, { code });
}

/** 409: the request is right, the state of the record is not. */
export function conflict(code: ErrorCode, message: string): Error {
  return new StatusError(409, code, message);
}

/** 410: it was there, and is over. */
export function gone(code: ErrorCode, message: string): Error {
  return new StatusError(410, code, message);
}

/** Strapi answers any error that carries a `status` below 500 with its message and `details`. */
class StatusError extends Error {
  readonly details: Details;

  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'HttpError';
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
