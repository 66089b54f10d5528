import { domainToASCII } from 'node:url';

const LOCAL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Lengths of RFC 5321, 4.5.3.1 (the path of 256 octets holds two angle brackets). */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/**
 * Checks an address as a subscription form may send it.
 *
 * Accepted: dot-atoms and any domain name, internationalised ones included. Refused, because no mailbox that reads a
 * newsletter has them and header injection loves them: quoted local parts, comments, address literals, and local parts
 * outside ASCII (they need SMTPUTF8 all the way).
 *
 * @returns one sentence for whoever filled in the form, or `null` when the address is fine
 */
export function emailFault(address: string): string | null {
  // First of all: parsing the domain as part of a URL would drop a line break in it without a word.
  if (/[\s\p{Cc}]/u.test(address)) return 'must not contain blanks, line breaks or control characters';
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) return 'must be an e-mail address such as name@example.org';
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1).toLowerCase());
  if (local.length > MAX_LOCAL) return `has more than ${String(MAX_LOCAL)} characters before the @`;
  if (local.startsWith('"')) return 'has a quoted part before the @, which is not supported';
  if (!LOCAL.test(local)) return 'has characters before the @ that are not supported';
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return 'has a misplaced dot before the @';
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    return 'has no valid domain after the @';
  }
  if (local.length + 1 + domain.length > MAX_ADDRESS)
    return `is longer than ${String(MAX_ADDRESS)} characters`;
  return null;
}
