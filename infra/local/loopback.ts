import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopbackName } from './loopback-host.ts';

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
 * Lets an engine listen on 127.0.0.1. Port 0 means any free port. Like the gateway, it answers 421 to a request for
 * another host, so that no web page can use it.
 * @throws Error if the port is in use
 */
export async function listenOnLoopback(server: Server, port = 0): Promise<Listening> {
  keepIdleConnections(server);
  refuseOtherHosts(server);
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

/** Stands before the handlers of a server. */
function refuseOtherHosts(server: Server): void {
  const handlers = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!isLoopbackName(request.headers.host ?? '')) return response.writeHead(421).end();
    for (const handle of handlers) handle.call(server, request, response);
  });
}
