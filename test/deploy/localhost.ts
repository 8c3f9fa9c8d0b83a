import dns from 'node:dns';

const { lookup } = dns;

/**
 * Finds all names below `localhost` on 127.0.0.1, as RFC 6761 §6.3 has it and browsers do. The C library of many Linux
 * machines does not. Import this file before the first request.
 */
function lookUp(hostname: string, ...rest: unknown[]): void {
  Reflect.apply(lookup, dns, [hostname.endsWith('.localhost') ? '127.0.0.1' : hostname, ...rest]);
}

Object.assign(dns, { lookup: lookUp });
