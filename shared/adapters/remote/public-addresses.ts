import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIPv4, isIPv6, type LookupFunction } from 'node:net';

/** The IPv4 networks for special use: private networks, examples, multicast (RFC 6890, RFC 6598, RFC 5771). */
const SPECIAL_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** The parts of 2000::/3 for special use. All IPv6 addresses of the public Internet are in 2000::/3 (RFC 4291 §2.4). */
const SPECIAL_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_IPV4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_IPV6) special.addSubnet(network, prefix, 'ipv6');

const routedIpv6 = new BlockList();
routedIpv6.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an address belongs to the public Internet, and not to this machine, its network, its cloud or a translator.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  // An address with a zone belongs to a network of this machine.
  if (!isIPv6(address) || address.includes('%')) return false;
  return routedIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family?: number; readonly hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves host names for sockets, to public addresses only. The socket connects to the address that was checked here.
 * A later DNS answer cannot replace it (DNS rebinding). The lookup fails with an Error if one address is not public.
 */
export function publicLookup(resolve: Resolve = lookup): LookupFunction {
  return (hostname, { all, family, hints }, callback) => {
    const wanted = {
      all: true,
      ...(typeof family === 'number' && { family }),
      ...(hints !== undefined && { hints }),
    } as const;
    resolve(hostname, wanted, (error, addresses = []) => {
      const [first] = addresses;
      if (error !== null || first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        callback(error ?? new Error('The name does not lead to the public Internet.'), '');
        return;
      }
      if (all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
