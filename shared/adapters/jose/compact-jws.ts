import { parseUnambiguous } from '../node/unambiguous-json.ts';

const CHARACTERS_MAX = 8_192;

/** Extensions that must be understood, and ways to name a key that is not the known one (RFC 8725 §3.10). */
const REFUSED = ['crit', 'b64', 'jku', 'x5u', 'x5c', 'jwk'];

/** A JWT as it came: nobody has verified it. */
export interface CompactJws {
  readonly header: object;
  readonly payload: unknown;
}

/**
 * Reads a compact JWS in the one spelling that it has (RFC 7515 §2, §3.1); undefined for everything else, and for a
 * header that would have to be followed or understood.
 */
export function readCompactJws(token: string): CompactJws | undefined {
  const jws = decodeJws(token);
  return jws === undefined || REFUSED.some((name) => name in jws.header) ? undefined : jws;
}

/** The same, whatever its header says. */
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
  return parseUnambiguous(Buffer.from(part, 'base64url').toString());
}
