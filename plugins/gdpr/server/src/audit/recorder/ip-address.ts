import { isIP } from 'node:net';

/** How much of a network address an entry keeps. */
export type AddressDetail = 'none' | 'truncated' | 'full';

/**
 * The part of an address that tells a network and not a household: /24 of IPv4, /48 of IPv6.
 *
 * @returns `undefined` for what is no address
 */
export function keptAddress(address: string | undefined, detail: AddressDetail): string | undefined {
  if (address === undefined || detail === 'none') return undefined;
  // Node shows IPv4 on a dual-stack socket as IPv4-mapped IPv6.
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
  switch (isIP(plain)) {
    case 4:
      return detail === 'full' ? plain : `${plain.split('.').slice(0, 3).join('.')}.0`;
    case 6:
      return detail === 'full' ? plain : `${groupsOf(plain).slice(0, 3).join(':')}::`;
    default:
      return undefined;
  }
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const split = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [split(head), split(tail ?? '')];
  // A dotted quad at the end stands for two groups.
  const length = [...before, ...after].reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}
