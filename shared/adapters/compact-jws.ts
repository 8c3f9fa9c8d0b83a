import { parseUnambiguous } from './unambiguous-json.ts';

/** Header and payload of a compact JWS in the one spelling that it has (RFC 7515 §2, §3.1). Nothing of it is checked. */
export interface DecodedJws {
  readonly header: unknown;
  readonly payload: unknown;
}

/** Undefined for what is no compact JWS. */
export function decodeJws(text: string): DecodedJws | undefined {
  const parts = text.split('.');
  if (parts.length !== 3 || !parts.every(isCanonical)) return undefined;
  const [header = '', payload = ''] = parts;
  return { header: decodePart(header), payload: decodePart(payload) };
}

function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function decodePart(part: string): unknown {
  return parseUnambiguous(Buffer.from(part, 'base64url').toString());
}
