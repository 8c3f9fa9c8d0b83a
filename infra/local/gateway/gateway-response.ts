import type { HeaderField } from './header-fields.ts';

/** What the gateway writes back to the client. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: readonly HeaderField[];
  readonly body: string | Buffer;
}

/**
 * An answer of the gateway itself; the body is given verbatim because the two kinds of API differ even in white
 * space.
 */
export function jsonResponse(statusCode: number, body: string, headers: readonly HeaderField[] = []): GatewayResponse {
  return { statusCode, headers: [['Content-Type', 'application/json'], ...headers], body };
}

/** The same response with further headers. */
export function withHeaders(response: GatewayResponse, headers: readonly HeaderField[]): GatewayResponse {
  return { ...response, headers: [...response.headers, ...headers] };
}
