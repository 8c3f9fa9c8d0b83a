import * as z from 'zod';
import type { GatewayResponse } from './gateway-response.ts';
import type { HeaderField } from './header-fields.ts';

/** The name of a header (RFC 9110 section 5.1). Other names cannot be sent. */
export const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/);

/** The value of a header (RFC 9110 section 5.5). Numbers and booleans become text. */
export const headerValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .pipe(z.string().regex(/^[\t -~\u0080-\u00ff]*$/));

/** A final status, as a number or as text with three digits. */
export const statusCode = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(200).max(599));

/** The members that both payload formats share. */
export const proxyResponseFields = {
  headers: z.record(headerName, headerValue).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
};

/** Headers that the gateway writes itself. */
const FRAMING_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** Returns the handler's headers for the client. It adds a content type if the handler has set none. */
export function clientHeaders(fields: readonly HeaderField[], defaultContentType: string): HeaderField[] {
  const sent = fields.filter(([name]) => !FRAMING_HEADERS.has(name.toLowerCase()));
  const hasContentType = sent.some(([name]) => name.toLowerCase() === 'content-type');
  return hasContentType ? sent : [['Content-Type', defaultContentType], ...sent];
}

/** The response for the client, or the reason why the handler's answer is invalid. */
export interface ParsedResponse {
  readonly response?: GatewayResponse;
  readonly error?: unknown;
}
