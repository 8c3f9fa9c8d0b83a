import * as z from 'zod';
import type { GatewayResponse } from './gateway-response.ts';
import type { HeaderField } from './header-fields.ts';

/** A name that may stand in a header line (RFC 9110 section 5.1); anything else cannot be sent. */
export const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/);

/** See `headerName`; numbers and booleans are written out. */
export const headerValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .pipe(z.string().regex(/^[\t -~\u0080-\u00ff]*$/));

/** A final status, as a number or in digits. */
export const statusCode = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(200).max(599));

/** Fields that both payload formats share. */
export const proxyResponseFields = {
  headers: z.record(headerName, headerValue).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
};

/** The gateway frames the message itself. */
const FRAMING_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** The handler's headers that reach the client, with a content type if the handler gave none. */
export function clientHeaders(fields: readonly HeaderField[], defaultContentType: string): HeaderField[] {
  const sent = fields.filter(([name]) => !FRAMING_HEADERS.has(name.toLowerCase()));
  const hasContentType = sent.some(([name]) => name.toLowerCase() === 'content-type');
  return hasContentType ? sent : [['Content-Type', defaultContentType], ...sent];
}

/** A handler's answer as the client gets it, or why it cannot be one. */
export interface ParsedResponse {
  readonly response?: GatewayResponse;
  readonly error?: unknown;
}
