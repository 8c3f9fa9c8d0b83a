import type { AuthenticatedClient } from './authenticate-client.ts';
import type { TokenVerifier } from './crypto-ports.ts';
import { DomainError } from './errors.ts';
import { verifiedClaims } from './live-token.ts';
import type { Clock, Revocations } from './ports.ts';

interface Ports {
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly revocations: Revocations;
}

/**
 * Takes an access token back (RFC 7009 §2.1). Tokens that are unknown or already worth nothing need no work and are
 * a success, so this resolves only when no later introspection can find the token active.
 * The answer names the revoked token, for log and audit.
 * @throws DomainError `unauthorized_client` for another client's token, which stays active (DEC12); that is also how a
 * long-lived token is answered: nobody can authenticate as its client, and it ends by deleting its API token.
 */
export async function revokeToken(
  { client }: AuthenticatedClient,
  token: string,
  ports: Ports,
): Promise<Readonly<Record<string, string>>> {
  const claims = await verifiedClaims(token, ports);
  if (claims === undefined) return {};
  if (claims.client_id !== client.id || claims.scope === undefined) {
    throw new DomainError('unauthorized_client', 'The token was issued to another client.');
  }
  await ports.revocations.revoke(claims.jti, claims.exp);
  return { tokenId: claims.jti };
}
