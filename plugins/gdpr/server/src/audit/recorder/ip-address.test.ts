import { keptAddress } from './ip-address';

test.each([
  ['203.0.113.77', '203.0.113.0'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::'],
  ['2001:0db8::1', '2001:db8:0::'],
  ['::1', '0:0:0::'],
  ['fe80::1%eth0', 'fe80:0:0::'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0::'],
])('of %s only %s is kept', (address, kept) => {
  expect(keptAddress(address, 'truncated')).toBe(kept);
});

test('all of it or nothing is kept where that is set; what is no address never', () => {
  expect(keptAddress('203.0.113.77', 'full')).toBe('203.0.113.77');
  expect(keptAddress('203.0.113.77', 'none')).toBeUndefined();
  for (const text of ['', 'ada@example.org', '1.2.3', undefined])
    expect(keptAddress(text, 'full')).toBeUndefined();
});
