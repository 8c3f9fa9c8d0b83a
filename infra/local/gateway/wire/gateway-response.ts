import type { HeaderField } from './header-fields.ts';

/** The response that the gateway sends to the client. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: readonly HeaderField[];
  readonly body: string | Buffer;
}

/**
 * Makes a response of the gateway itself. The body is text, because the two kinds of API differ even in white space.
 */
export function jsonResponse(statusCode: number, body: string, headers: readonly HeaderField[] = []): GatewayResponse {
  return { statusCode, headers: [['Content-Type', 'application/json'], ...headers], body };
}

/** Adds headers to a response. */
export function withHeaders(response: GatewayResponse, headers: readonly HeaderField[]): GatewayResponse {
  return { ...response, headers: [...response.headers, ...headers] };
}
