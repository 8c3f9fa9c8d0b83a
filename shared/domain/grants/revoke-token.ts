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

type Target = Readonly<Record<string, string>>;

/**
 * Takes a token back, whatever hint came with it (RFC 7009 §2.1): a refresh token of any age with its whole family, and
 * also what the client has signed itself in the place of an access token. Tokens that are unknown or already worth
 * nothing need no work and are a success, so this resolves only when no later introspection can find the token active.
 * The answer names the revoked token, for log and audit.
 * @throws DomainError `unauthorized_client` for another client's token, which stays active (DEC12); that is also how a
 * long-lived token is answered: nobody can authenticate as its client, and it ends by deleting its API token.
 */
export async function revokeToken(caller: AuthenticatedClient, token: string, ports: Ports): Promise<Target> {
  const presented = await readRefreshToken(token, ports.pepper);
  return presented === undefined ? revokeAccess(caller, token, ports) : revokeRefresh(caller, presented, ports);
}

async function revokeAccess({ client, look }: AuthenticatedClient, token: string, ports: Ports): Promise<Target> {
  const claims = await verifiedClaimsOfAny(token, look, ports);
  if (claims === undefined) return revokeSelfSigned(client, token, ports);
  if (claims.client_id !== client.id || claims.scope === undefined) throw foreign();
  await ports.revocations.revoke(claims.jti, claims.exp);
  return { tokenId: claims.jti };
}

async function revokeSelfSigned(client: Client, token: string, ports: Ports): Promise<Target> {
  const read = readSelfSignedToken(token, ports);
  if (read === undefined) return {};
  if (read.keyId !== client.id) throw foreign();
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
  if (family.clientId !== client.id) throw foreign();
  await revokeFamily(family, ports);
  return { tokenId: familyId };
}

function foreign(): DomainError {
  return new DomainError('unauthorized_client', 'The token was issued to another client.');
}
