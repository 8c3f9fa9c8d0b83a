import type { RequestListener } from 'node:http';
import { httpsSender, type RemoteSender } from '#shared/adapters/remote/guarded-request.ts';
import { type EveryHost, serveEveryHost } from './every-host.ts';

/** The hosts of others, all of them one server on this machine. */
export interface Internet extends Pick<EveryHost, 'connections' | 'close'> {
  /** Sends requests by the product's own rules, except that every host name leads to this machine. */
  readonly send: RemoteSender;
  /** Answers the requests to a host. A host without answers does not answer at all. */
  serve(host: string, listener: RequestListener): void;
}

/** Starts it on a free port. */
export async function startInternet(): Promise<Internet> {
  const hosts = new Map<string, RequestListener>();
  const names = ['*.example.com', 'github.com', 'api.github.com', 'accounts.google.com'];
  const { agent, connections, close } = await serveEveryHost(names, (request, response) => {
    const listener = hosts.get(request.headers.host ?? '');
    if (listener === undefined) response.destroy();
    else listener(request, response);
  });
  return { send: httpsSender(agent), connections, serve: (host, listener) => void hosts.set(host, listener), close };
}
