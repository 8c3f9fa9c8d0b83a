import type { Agent } from 'node:https';
import { parseStrictJson } from '#shared/text/strict-json.ts';
import { decodeUtf8 } from '#shared/text/utf8.ts';
import { httpsSender, readBody } from './guarded-request.ts';

/** `application/json`, and types that end in `+json`, such as `application/jwk-set+json`. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:;|$)/;

const headers = { accept: 'application/json, application/jwk-set+json' };

/** Fetches a JSON document. Rejects with an Error if the URL, the connection or the document is refused. */
export type FetchJson = (url: string, signal: AbortSignal) => Promise<unknown>;

/** Fetches JSON by the rules of `httpsSender`, 64 KiB at most. */
export function httpsJson(agent?: Agent): FetchJson {
  const send = httpsSender(agent);
  return async (url, signal) => {
    const response = await send({ url, headers, signal });
    if (response.statusCode !== 200 || !JSON_TYPE.test(response.headers['content-type'] ?? '')) {
      response.destroy();
      throw new Error('The answer is not a JSON document.');
    }
    const text = decodeUtf8(await readBody(response));
    const value = text === undefined ? undefined : parseStrictJson(text);
    if (value === undefined) throw new Error('The document is not JSON in UTF-8, or has a repeated member.');
    return value;
  };
}
