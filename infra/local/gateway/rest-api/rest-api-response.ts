import * as z from 'zod';
import type { HeaderField } from '../wire/header-fields.ts';
import {
  clientHeaders,
  headerName,
  headerValue,
  type ParsedResponse,
  proxyResponseFields,
  statusCode,
} from '../wire/proxy-response.ts';

/** The answer of a Lambda. All members are optional, but a member with another name is an error. */
const proxyResponse = z.strictObject({
  ...proxyResponseFields,
  statusCode: statusCode.default(200),
  multiValueHeaders: z.record(headerName, z.array(headerValue)).nullish(),
});

/**
 * Reads a Lambda's answer in payload format 1.0. A base64 body is sent without decoding, because a REST API decodes
 * only its declared binary media types. The local REST APIs declare none.
 */
export function restApiResponse(payload: unknown): ParsedResponse {
  const { data, error } = proxyResponse.safeParse(payload);
  if (data === undefined) return { error };
  const headers = clientHeaders(mergedHeaders(data.headers ?? {}, data.multiValueHeaders ?? {}), 'application/json');
  return { response: { statusCode: data.statusCode, headers, body: data.body ?? '' } };
}

/** Joins both maps of headers. A value that is in both is sent once. */
function mergedHeaders(single: Record<string, string>, multiple: Record<string, string[]>): HeaderField[] {
  const fields = Object.entries(multiple).flatMap(([name, values]) => values.map((value) => [name, value] as const));
  const isNew = ([name, value]: HeaderField) =>
    !fields.some(([other, given]) => other.toLowerCase() === name.toLowerCase() && given === value);
  return [...fields, ...Object.entries(single).filter(isNew)];
}
