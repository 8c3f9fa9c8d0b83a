import type { JsonObject } from '#shared/domain/json.ts';

/** Decodes header and claims of a JWT (RFC 7519 §3) for people to read. It checks neither signature nor claims. */
export function decodedToken(token: string): { readonly header: JsonObject; readonly claims: JsonObject } {
  const [header = '', claims = ''] = token.split('.');
  return { header: decodedPart(header), claims: decodedPart(claims) };
}

function decodedPart(part: string): JsonObject {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject;
}
