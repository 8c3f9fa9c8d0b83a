import * as z from 'zod';
import type { HeaderField } from './header-fields.ts';
import {
  clientHeaders,
  headerName,
  headerValue,
  type ParsedResponse,
  proxyResponseFields,
  statusCode,
} from './proxy-response.ts';

/** No field is required, but one of any other name makes the answer malformed. */
const proxyResponse = z.strictObject({
  ...proxyResponseFields,
  statusCode: statusCode.default(200),
  multiValueHeaders: z.record(headerName, z.array(headerValue)).nullish(),
});

/**
 * Reads a Lambda's answer in payload format 1.0. A base64 body goes out as it is, because a REST API decodes only for
 * the binary media types it declares, and none are declared here.
 */
export function restApiResponse(payload: unknown): ParsedResponse {
  const { data, error } = proxyResponse.safeParse(payload);
  if (data === undefined) return { error };
  const headers = clientHeaders(mergedHeaders(data.headers ?? {}, data.multiValueHeaders ?? {}), 'application/json');
  return { response: { statusCode: data.statusCode, headers, body: data.body ?? '' } };
}

/** Both maps count; a value that stands in both is sent once. */
function mergedHeaders(single: Record<string, string>, multiple: Record<string, string[]>): HeaderField[] {
  const fields = Object.entries(multiple).flatMap(([name, values]) => values.map((value) => [name, value] as const));
  const isNew = ([name, value]: HeaderField) =>
    !fields.some(([other, given]) => other.toLowerCase() === name.toLowerCase() && given === value);
  return [...fields, ...Object.entries(single).filter(isNew)];
}
