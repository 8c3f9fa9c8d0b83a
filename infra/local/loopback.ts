import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Leaves it to clients to close connections without a request. A server that closes one first, as Node does after five
 * seconds, misses a request that is on its way. On a busy machine that happens.
 */
export function keepIdleConnections(server: Server): void {
  server.keepAliveTimeout = 0;
}

/** A listening server. */
export interface Listening {
  readonly url: string;
  readonly server: Server;
  /** Stops the server and closes all its connections. */
  close(): Promise<void>;
}

/**
 * Lets a server listen on 127.0.0.1. Port 0 means any free port.
 * @throws Error if the port is in use
 */
export async function listenOnLoopback(server: Server, port = 0): Promise<Listening> {
  keepIdleConnections(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
