import { describe, expect, test } from 'vitest';
import { networkOf } from '#shared/domain/authentication/attempt-limits.ts';

describe('R2: the network of', () => {
  test.each([
    ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
    ['an IPv4 address in IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['a shortened IPv6 address', '2001:db8::1', '2001:db8:0:0::/64'],
    ['an IPv6 address in capitals with zeros', '2001:0DB8:0000:00A0::1', '2001:db8:0:a0::/64'],
    ['an IPv6 address that ends in zeros', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['the loopback address', '::1', '0:0:0:0::/64'],
    ['an IPv6 address with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['the empty text', '', ''],
  ])('%s', (_address, address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('two addresses of a customer is the same, and differs from the network of its neighbour', () => {
    const [first, second, neighbour] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'].map(networkOf);
    expect([first === second, first === neighbour]).toEqual([true, false]);
  });
});
