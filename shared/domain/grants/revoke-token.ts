import type { Clock } from '../ambient.ts';
import { endOfAssertion } from '../authentication/assertion.ts';
import type { AuthenticatedClient } from '../authentication/authenticate-client.ts';
import type { AssertionVerifier } from '../authentication/ports.ts';
import { DomainError } from '../errors.ts';
import type { Pepper } from '../keys/ports.ts';
import type { Client } from '../records/client.ts';
import { revokeFamily } from '../tokens/family-roster.ts';
import { findFamily } from '../tokens/live-family.ts';
import { verifiedClaimsOfAny } from '../tokens/live-token.ts';
import type { Revocations, SecretTokens, TokenVerifier } from '../tokens/ports.ts';
import { type RefreshTokenParts, readRefreshToken } from '../tokens/refresh-token.ts';
import { isSignedByKeyOf, readSelfSignedToken, selfSignedTokenId } from '../tokens/self-signed-token.ts';

interface Ports {
  readonly issuer: string;
  readonly verifier: TokenVerifier;
  readonly pepper: Pepper;
  readonly assertionVerifier: AssertionVerifier;
  readonly hs256Apis: boolean;
  readonly secretTokens: SecretTokens;
  readonly clock: Clock;
  readonly revocations: Revocations;
}

/** The id of the revoked token or family for log and audit; empty if no token was revoked. */
type Target = Readonly<Record<string, string>>;

/**
 * Revokes a token (RFC 7009 §2.1): an access token, a token that the client signed itself, or a refresh token of any
 * age together with its family. A hint about the type is not needed. An unknown or inactive token is a success, too.
 * Once this resolves, introspection never finds the token active again.
 * @throws DomainError `unauthorized_client` for another client's token, which stays active (DEC12). A long-lived token
 * is refused the same way, because its client cannot authenticate; it ends when its API token is deleted
 */
export async function revokeToken(caller: AuthenticatedClient, token: string, ports: Ports): Promise<Target> {
  const presented = await readRefreshToken(token, ports.pepper);
  return presented === undefined ? revokeAccess(caller, token, ports) : revokeRefresh(caller, presented, ports);
}

async function revokeAccess({ client, look }: AuthenticatedClient, token: string, ports: Ports): Promise<Target> {
  const claims = await verifiedClaimsOfAny(token, look, ports);
  if (claims === undefined) return revokeSelfSigned(client, token, ports);
  if (claims.client_id !== client.id || claims.scope === undefined) throw issuedToOther();
  await ports.revocations.revoke(claims.jti, claims.exp);
  return { tokenId: claims.jti };
}

async function revokeSelfSigned(client: Client, token: string, ports: Ports): Promise<Target> {
  const read = readSelfSignedToken(token, ports);
  if (read === undefined) return {};
  if (read.keyId !== client.id) throw issuedToOther();
  if (!(await isSignedByKeyOf(client, { value: token, read }, ports))) return {};
  await ports.revocations.revoke(selfSignedTokenId(read), endOfAssertion(read.claims));
  return { tokenId: read.claims.jti };
}

async function revokeRefresh(
  { client, look }: AuthenticatedClient,
  { familyId }: RefreshTokenParts,
  ports: Ports,
): Promise<Target> {
  const family = await findFamily(familyId, look, ports);
  if (family === undefined) return {};
  if (family.clientId !== client.id) throw issuedToOther();
  await revokeFamily(family, ports);
  return { tokenId: familyId };
}

function issuedToOther(): DomainError {
  return new DomainError('unauthorized_client', 'The token was issued to another client.');
}
