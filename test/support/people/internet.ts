import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSignedServerCertificate } from '#infra/local/tls/server-certificate.ts';
import { httpsSender, type RemoteSender } from '#shared/adapters/remote/guarded-request.ts';

/** The hosts of others, all of them one server on this machine. */
export interface Internet {
  /** Sends requests by the product's own rules, except that every host name leads to this machine. */
  readonly send: RemoteSender;
  /** `GET https://host/path` of each request, in order, without its query. */
  readonly requests: string[];
  /** Answers the requests to a host. A host without answers does not answer at all. */
  serve(host: string, listener: RequestListener): void;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startInternet(): Promise<Internet> {
  const hosts = new Map<string, RequestListener>();
  const requests: string[] = [];
  const names = ['*.example.com', 'github.com', 'api.github.com', 'accounts.google.com', 'www.googleapis.com'];
  const certificate = await selfSignedServerCertificate(names.map((value) => ({ type: 'dns', value })));
  const server = createServer(certificate, (request, response) => {
    const { host = '' } = request.headers;
    requests.push(`${request.method} https://${host}${request.url?.replace(/\?.*/, '')}`);
    const listener = hosts.get(host);
    if (listener === undefined) response.destroy();
    else listener(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    send: httpsSender(agentFor(port, certificate.cert)),
    requests,
    serve: (host, listener) => void hosts.set(host, listener),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function agentFor(port: number, ca: string): Agent {
  const agent = new Agent({ ca });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => connect({ ...options, host: '127.0.0.1', port }, callback);
  return agent;
}
