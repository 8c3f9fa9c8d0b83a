import type { PresentedProof } from '#shared/domain/authentication/dpop.ts';
import type { Incoming } from '../request/incoming.ts';

/** The names by which clients know this server. */
export interface Origins {
  readonly issuer: string;
  readonly mutualTlsUrl: string | undefined;
}

/**
 * The proof that a request carries, and the URL that it must be about: the path under a name of this server, never under
 * the host that the client asked for. A request with a certificate came to the domain that asks for certificates.
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
