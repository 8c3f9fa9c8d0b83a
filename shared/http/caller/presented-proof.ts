import type { PresentedProof } from '#shared/domain/authentication/dpop.ts';
import type { Incoming } from '../request/incoming.ts';

/** The base URLs by which clients know this server. */
export interface Origins {
  readonly issuer: string;
  readonly mutualTlsUrl: string | undefined;
}

/**
 * Reads the DPoP proof of a request, and says which URL the proof must name. The URL begins with a base URL of this
 * server, never with the host that the client asked for. A request with a certificate came to the mutual TLS domain.
 * @returns undefined for a request without a proof
 */
export function presentedProof(
  { headers, method, pathTemplate, pathParameters, certificate }: Incoming,
  { issuer, mutualTlsUrl = issuer }: Origins,
): PresentedProof | undefined {
  const { dpop: value } = headers;
  if (value === undefined) return undefined;
  const path = pathTemplate.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathParameters[name] ?? '');
  return { value, method, url: (certificate === undefined ? issuer : mutualTlsUrl) + path };
}
