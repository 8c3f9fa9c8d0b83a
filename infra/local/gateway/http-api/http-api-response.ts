import * as z from 'zod';
import { jsonResponse } from '../wire/gateway-response.ts';
import {
  clientHeaders,
  headerValue,
  type ParsedResponse,
  proxyResponseFields,
  statusCode,
} from '../wire/proxy-response.ts';

/** The answer of a Lambda that sets the status itself. */
const structuredResponse = z.object({
  ...proxyResponseFields,
  statusCode,
  cookies: z.array(headerValue).nullish(),
});

/**
 * Reads a Lambda's answer in payload format 2.0. Without `statusCode`, the whole answer is the body of a 200 response.
 */
export function httpApiResponse(payload: unknown): ParsedResponse {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    return { response: jsonResponse(200, typeof payload === 'string' ? payload : JSON.stringify(payload)) };
  }
  const { data, error } = structuredResponse.safeParse(payload);
  if (data === undefined) return { error };
  const cookies = (data.cookies ?? []).map((cookie) => ['Set-Cookie', cookie] as const);
  const headers = clientHeaders([...Object.entries(data.headers ?? {}), ...cookies], 'text/plain; charset=utf-8');
  const body = Buffer.from(data.body ?? '', data.isBase64Encoded ? 'base64' : 'utf8');
  return { response: { statusCode: data.statusCode, headers, body } };
}
