import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSignedServerCertificate } from '#infra/local/tls/server-certificate.ts';

/** One https server on this machine in the place of many hosts. */
export interface EveryHost {
  /** Connects to it under every host name. */
  readonly agent: Agent;
  /** The host of each connection that was begun, in order. */
  readonly connections: string[];
  readonly close: () => Promise<void>;
}

/** Starts it on a free port, with a certificate for these names. */
export async function serveEveryHost(names: readonly string[], listener: RequestListener): Promise<EveryHost> {
  const certificate = await selfSignedServerCertificate(names.map((value) => ({ type: 'dns', value })));
  const server = createServer(certificate, listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const connections: string[] = [];
  const agent = new Agent({ ca: certificate.cert });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    connections.push(`${options.host}`);
    return connect({ ...options, host: '127.0.0.1', port }, callback);
  };
  return {
    agent,
    connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
