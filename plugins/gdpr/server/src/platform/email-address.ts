import { domainToASCII } from 'node:url';

/**
 * The form in which two spellings of an address are the same person's: Unicode-normalised, without outer blanks, in
 * lower case (RFC 5321 would let a server tell letter cases apart; none that matters does), the domain in its ASCII
 * form (RFC 5891), so that `müller@bücher.example` and `müller@xn--bcher-kva.example` meet.
 *
 * @returns `null` for what has no local part or no domain
 */
export function normaliseEmail(address: string): string | null {
  const text = address.normalize('NFC').trim().toLowerCase();
  const at = text.lastIndexOf('@');
  // Parsing the domain would drop a line break in it without a word, and make one address of two.
  if (/[\s\p{Cc}]/u.test(text)) return null;
  if (at < 1 || at === text.length - 1) return null;
  const domain = domainToASCII(text.slice(at + 1));
  return domain === '' ? null : `${text.slice(0, at)}@${domain}`;
}
