import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Reply } from '../world/world.ts';

/** A request as it goes over the wire: its headers in order, with repeats and spelling as given. */
export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** The address of this machine that the request comes from. */
  readonly localAddress?: string;
}

/** Sends requests that `fetch` refuses: with repeated or odd headers, malformed targets and bodies. */
export async function sendRaw(
  baseUrl: string,
  { method = 'POST', target, headers = [], body = '', localAddress }: RawRequest,
): Promise<Reply> {
  const { hostname, port, host } = new URL(baseUrl);
  const bytes = Buffer.from(body);
  const lines = [['Host', host], ...headers, ['Content-Length', String(bytes.length)]];
  const sent = httpRequest({ hostname, port, method, path: target, headers: lines.flat(), localAddress });
  sent.end(bytes);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const text = await readText(response);
  const received = Object.entries(response.headers).map(([name, value = '']): [string, string] => [
    name,
    String(value),
  ]);
  return { status: response.statusCode ?? 0, headers: new Headers(received), text, body: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
