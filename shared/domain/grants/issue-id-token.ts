import { preferredAlgorithm } from '../keys/signing-keys.ts';
import type { UserGrant } from '../people-records/authorization-code.ts';
import { userKey } from '../records/principals.ts';
import { claimsAbout, type IdTokenClaims } from '../tokens/identity-claims.ts';
import type { IdTokenSigner, TokenVerifier } from '../tokens/ports.ts';
import type { Access, TokenHolder } from './decide-access.ts';
import type { IssuedToken } from './issue-access-token.ts';

/** How long an ID token is valid. The application reads it at once. */
const LIFETIME_SECONDS = 3_600;

/** What an ID token is about. */
export interface AboutLogin {
  readonly grant: Pick<UserGrant, 'userId' | 'tenantId' | 'identityScopes' | 'authenticatedAtSeconds' | 'methods'> & {
    /** The session of the login; undefined where the application refreshes, perhaps after its end. */
    readonly sessionId: string | undefined;
  };
  readonly nonce: string | undefined;
  readonly access: Access;
  readonly holder: TokenHolder;
}

interface Ports {
  readonly issuer: string;
  readonly signer: IdTokenSigner;
  readonly verifier: Pick<TokenVerifier, 'algorithms'>;
}

/**
 * Issues an ID token (OpenID Connect Core §2), if `openid` was granted. It tells the application who logged in; no API
 * accepts it.
 */
export async function issueIdToken(
  { grant, nonce, access, holder }: AboutLogin,
  token: IssuedToken,
  { issuer, signer, verifier }: Ports,
): Promise<string | undefined> {
  if (!grant.identityScopes.includes('openid')) return undefined;
  const user = await holder.look.find(userKey(grant.userId));
  if (user === undefined) return undefined;
  const { issuedAtSeconds: iat } = token;
  const claims: IdTokenClaims = {
    iss: issuer,
    aud: holder.client.id,
    exp: iat + LIFETIME_SECONDS,
    iat,
    ...(grant.authenticatedAtSeconds !== undefined && { auth_time: grant.authenticatedAtSeconds }),
    amr: grant.methods,
    ...(grant.sessionId !== undefined && { sid: grant.sessionId }),
    ...(nonce !== undefined && { nonce }),
    ...(grant.tenantId !== undefined && { tenant_id: grant.tenantId }),
    ...claimsAbout(user, grant.identityScopes),
  };
  return signer.signIdToken(claims, preferredAlgorithm(verifier.algorithms), access.signingKeys);
}
