/** Why a mail did not leave, without anything a server may have quoted back. */
export interface DeliveryFailure {
  readonly reason: string;
  /** The server refused this mail for good (5xx to its recipient or content); trying again would only annoy. */
  readonly permanent: boolean;
  /** Enhanced status code (RFC 3463) of the server's answer, if it gave one. */
  readonly status: string | null;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** Together about three days, the time RFC 5321 (4.5.4.1) asks a sender to keep trying. */
const MAX_ATTEMPTS = 80;

/** @param error what nodemailer threw */
export function classifyFailure(error: unknown): DeliveryFailure {
  const code = property(error, 'code');
  const response = property(error, 'responseCode');
  const reason = `${typeof code === 'string' ? code : 'UNKNOWN'}${typeof response === 'number' ? ` ${String(response)}` : ''}`;
  const isAboutThisMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  const said = property(error, 'response');
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(typeof said === 'string' ? said : '')?.[1] ?? null;
  return { reason, status, permanent: isAboutThisMail && typeof response === 'number' && response >= 500 };
}

/** @returns ms until the next try: 2 s, 4 s, 8 s … one hour; `null` when it has been tried long enough */
export function retryDelay(attempts: number): number | null {
  return attempts >= MAX_ATTEMPTS ? null : Math.min(HOUR, 2 ** Math.min(attempts, 20) * SECOND);
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}
