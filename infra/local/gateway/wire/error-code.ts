import type { GatewayResponse } from './gateway-response.ts';

/** Codes are words; free text, which could quote a request, is none. */
const CODE = /^\w+$/;

/**
 * The code of a refusal: `error` of OAuth (RFC 6749 §5.2), `code` of a problem, or the one word that API Gateway says itself.
 * Undefined for a success and for a body that has none of these.
 */
export function errorCodeOf({ statusCode, body }: GatewayResponse): string | undefined {
  if (statusCode < 400) return undefined;
  const { error, code, message } = membersOf(body);
  return [error, code, message].find((text): text is string => typeof text === 'string' && CODE.test(text));
}

function membersOf(body: string | Buffer): { readonly [name: string]: unknown } {
  try {
    return Object(JSON.parse(body.toString()));
  } catch {
    return {};
  }
}
