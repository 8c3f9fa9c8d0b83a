import type { GatewayResponse } from './gateway-response.ts';

/** A code is one word. Free text could quote a request, so it never counts as a code. */
const CODE = /^\w+$/;

/**
 * The code of a refusal: `error` of OAuth (RFC 6749 §5.2), `code` of a problem (RFC 9457), or the one word of API Gateway's
 * own refusals. Undefined for a success and for a body without a code.
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
