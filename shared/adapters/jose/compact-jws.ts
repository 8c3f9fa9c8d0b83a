import { parseStrictJson } from '#shared/text/strict-json.ts';
import { decodeUtf8 } from '#shared/text/utf8.ts';

const CHARACTERS_MAX = 8_192;

/**
 * Header parameters that are refused. `crit` and `b64` change how a JWS is read; the others name a key other than the
 * registered key (RFC 8725 §3.10).
 */
const REFUSED = ['crit', 'b64', 'jku', 'x5u', 'x5c', 'jwk'];

/** The decoded parts of a JWT. Its signature is not verified yet. */
export interface CompactJws {
  readonly header: object;
  readonly payload: unknown;
}

/**
 * Decodes a compact JWS (RFC 7515 §3.1) and refuses headers with `crit`, `b64` or a key of their own. Returns undefined
 * for text that is not canonical: padding, other base64 characters, bytes that are not UTF-8, repeated JSON members or more than 8,192
 * characters.
 */
export function readCompactJws(token: string): CompactJws | undefined {
  const jws = decodeJws(token);
  return jws === undefined || REFUSED.some((name) => name in jws.header) ? undefined : jws;
}

/** Does the same as `readCompactJws` but accepts every header. The caller must check the header. */
export function decodeJws(token: string): CompactJws | undefined {
  if (token.length > CHARACTERS_MAX) return undefined;
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isCanonical)) return undefined;
  const [header, payload] = parts.slice(0, 2).map(decodePart);
  return typeof header === 'object' && header !== null ? { header, payload } : undefined;
}

function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function decodePart(part: string): unknown {
  const text = decodeUtf8(Buffer.from(part, 'base64url'));
  return text === undefined ? undefined : parseStrictJson(text);
}
