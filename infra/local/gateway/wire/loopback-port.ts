import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The addresses of `localhost`. Without the second, a client that prefers IPv6 could reach another program, which has the
 * same port there.
 */
const ADDRESSES = { ipv4: '127.0.0.1', ipv6: '::1' } as const;

/** The errors of a machine without IPv6, or without `::1`. */
const WITHOUT_IPV6 = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** How many ports are tried until one is free on both addresses. */
const PORT_TRIES_MAX = 20;

/** Servers that listen on one port. */
export interface LoopbackPort {
  readonly port: number;
  /** One server for each address. */
  readonly servers: readonly Server[];
}

/**
 * Lets servers listen on the same port of 127.0.0.1 and of ::1, or of 127.0.0.1 alone if the machine has no ::1. Port 0
 * means a port that is free on both.
 * @throws Error with the code EADDRINUSE if the port is in use on one of them
 */
export async function listenOnLocalhost(newServer: () => Server, port: number): Promise<LoopbackPort> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listenOnBoth(newServer, port);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (port !== 0 || !isTaken || tries === PORT_TRIES_MAX) throw error;
    }
  }
}

async function listenOnBoth(newServer: () => Server, wanted: number): Promise<LoopbackPort> {
  const first = newServer();
  await listening(first, ADDRESSES.ipv4, wanted);
  const { port } = first.address() as AddressInfo;
  const second = newServer();
  try {
    await listening(second, ADDRESSES.ipv6, port);
  } catch (error) {
    if (WITHOUT_IPV6.includes((error as NodeJS.ErrnoException).code ?? '')) return { port, servers: [first] };
    first.close();
    throw error;
  }
  return { port, servers: [first, second] };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}
