import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { MutualTls } from '#infra/local/gateway/configuration.ts';
import { type KeyedCertificate, selfSignedServerCertificate } from '#infra/local/tls/server-certificate.ts';
import { type Reply, readReply } from '../world/world.ts';

/** A domain on this machine that takes clients for which one of these certificates vouches. */
export async function mutualTlsTrusting(...truststore: readonly string[]): Promise<MutualTls> {
  return { truststore, serverCertificate: await selfSignedServerCertificate() };
}

/** The type of `fetch` that client libraries take. */
export type Fetch = (url: string | URL, init?: Sent) => Promise<Response>;
interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: RequestInit['body'] | undefined;
}

/** `fetch` of a client that trusts this domain and shows a certificate, if it has one, at each connection. */
export function fetchWith({ serverCertificate }: MutualTls, identity?: KeyedCertificate): Fetch {
  const agent = new Agent({ ca: serverCertificate.cert, ...(identity && { cert: identity.cert, key: identity.key }) });
  return async (url, { method = 'GET', headers, body } = {}) => {
    const asked = new Request(url, { method, ...(headers && { headers }), ...(body && { body }) });
    const sent = request(url, { agent, method, headers: Object.fromEntries(asked.headers) });
    sent.end(Buffer.from(await asked.arrayBuffer()));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const fields = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    return new Response(await buffer(answer), { status: answer.statusCode ?? 0, headers: new Headers(fields) });
  };
}

/** A form post over mutual TLS, with a `fetch` from `fetchWith`. */
export async function postOver(
  fetch: Fetch,
  url: string,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return readReply(await fetch(url, { method: 'POST', headers, body: new URLSearchParams(parameters) }));
}
