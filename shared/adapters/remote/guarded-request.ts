import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { publicLookup } from './public-addresses.ts';

/** Longer answers are refused. */
const BODY_BYTES_MAX = 65_536;

/** A request to another host. */
export interface RemoteRequest {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** Sends requests to the public Internet only. */
export type RemoteSender = (request: RemoteRequest) => Promise<IncomingMessage>;

/**
 * Sends requests to the public Internet. It accepts `https` URLs with a host name and the default port. It follows no
 * redirect, uses no proxy, and connects to no private address. These rules keep others from making Mintmark call internal
 * services (SSRF). It rejects with an Error if the URL or the connection is refused.
 */
export function httpsSender(agent: Agent = new Agent({ lookup: publicLookup() })): RemoteSender {
  return async ({ url, method = 'GET', headers, body, signal }) => {
    const { protocol, hostname, port } = new URL(url);
    // A socket does not look up a literal address, so `publicLookup` would not see it.
    if (protocol !== 'https:' || port !== '' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) {
      throw new Error('The URL must be https with a host name and the default port.');
    }
    return new Promise((resolve, reject) => {
      request(url, { agent, signal, method, headers }).once('response', resolve).on('error', reject).end(body);
    });
  };
}

/** Reads the body of an answer, 64 KiB at most. Rejects with an Error for a longer one. */
export async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > BODY_BYTES_MAX) throw new Error('The document is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
