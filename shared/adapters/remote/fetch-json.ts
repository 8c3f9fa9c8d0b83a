import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { parseStrictJson } from '#shared/text/strict-json.ts';
import { decodeUtf8 } from '#shared/text/utf8.ts';
import { publicLookup } from './public-addresses.ts';

/** Longer documents are refused. */
const BODY_BYTES_MAX = 65_536;

/** `application/json`, and types that end in `+json`, such as `application/jwk-set+json`. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:;|$)/;

/** Fetches a JSON document. Rejects with an Error if the URL, the connection or the document is refused. */
export type FetchJson = (url: string, signal: AbortSignal) => Promise<unknown>;

/**
 * Fetches JSON from the public Internet. It accepts `https` URLs with a host name and the default port. It follows no
 * redirect, uses no proxy, connects to no private address, and reads 64 KiB at most. These rules keep a client from
 * making Mintmark call internal services (SSRF).
 */
export function httpsJson(agent: Agent = new Agent({ lookup: publicLookup() })): FetchJson {
  return async (url, signal) => {
    const { protocol, hostname, port } = new URL(url);
    // A socket does not look up a literal address, so `publicLookup` would not see it.
    if (protocol !== 'https:' || port !== '' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) {
      throw new Error('The URL must be https with a host name and the default port.');
    }
    const response = await get(url, agent, signal);
    const { statusCode, headers } = response;
    if (statusCode !== 200 || !JSON_TYPE.test(headers['content-type'] ?? '')) {
      response.destroy();
      throw new Error('The answer is not a JSON document.');
    }
    const text = decodeUtf8(await readBody(response));
    const value = text === undefined ? undefined : parseStrictJson(text);
    if (value === undefined) throw new Error('The document is not JSON in UTF-8, or has a repeated member.');
    return value;
  };
}

function get(url: string, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { agent, signal, headers: { accept: 'application/json, application/jwk-set+json' } })
      .once('response', resolve)
      .on('error', reject)
      .end();
  });
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
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
