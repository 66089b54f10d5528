import type { Text } from '../../text';

/** What a witness is called: the file, the address that is posted to, or mail. */
export function witnessName(name: string, text: Text): string {
  return name === 'mail' ? text('audit.witness.mail') : name.replace(/^(file|url):/, '');
}

/** Why a witness has not got the last checkpoint; codes of the system stay as they are. */
export function failureReason(failure: string, text: Text): string {
  const [, status] = /^it answered (\d+)$/.exec(failure) ?? [];
  if (status !== undefined) return text('audit.witness.reason.answered', { status });
  const [, outcome, code] = /^the mail (waits|could not).* \((.+)\)$/.exec(failure) ?? [];
  if (outcome !== undefined && code !== undefined)
    return text(`audit.witness.reason.mail-${outcome === 'waits' ? 'waiting' : 'failed'}`, { code });
  return failure === 'failed' ? text('audit.witness.reason.failed') : failure;
}
