import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Credentials, formRequest } from '../requests.ts';
import { SCOPE } from './ledger.ts';

/** The store of a contender's records. */
export type Store = 'memory' | 'dynamo';

/** The message of a contender that is ready. */
export interface Contender {
  readonly url: string;
  readonly client: Credentials;
  /** An active access token of the client, for introspection. */
  readonly introspected: string;
}

/** Obtains an access token for a client from a contender. */
export async function obtainToken(url: string, client: Credentials, resource: string): Promise<string> {
  const parameters = { grant_type: 'client_credentials', resource, scope: SCOPE };
  const { path, ...init } = formRequest('/oauth/token', client, parameters);
  const response = await fetch(url + path, init);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Serves HTTP until the process is stopped. For each message of the parent, it sends its CPU time in microseconds. */
export async function serveContender(
  listener: RequestListener,
  prepare: (url: string) => Promise<Omit<Contender, 'url'>>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.send?.({ url, ...(await prepare(url)) } satisfies Contender);
}
