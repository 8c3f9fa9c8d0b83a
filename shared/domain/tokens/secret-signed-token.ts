import { findApi } from '../access/entitlement.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { isMadeId, newId } from '../ids.ts';
import { signingSecretAt, signingSecretsKey, trustedSecrets } from '../keys/signing-secrets.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import type { AccessTokenClaims } from './claims.ts';
import type { SecretTokens } from './ports.ts';

/** HS256 is used only if the deployment allows it and the ports have the secrets. */
interface UsePorts {
  readonly hs256Apis?: boolean;
  readonly secretTokens?: SecretTokens;
  readonly clock: Clock;
}

/**
 * Makes the id of a new token for this API. The id of an HS256 token begins with the id of the API. An API that shares
 * the secret can forge tokens; with this prefix, a forged id cannot be used to revoke a token of another API.
 */
export function newTokenId({ id, signingAlgorithm }: Pick<Api, 'id' | 'signingAlgorithm'>, random: Random): string {
  const tokenId = newId('tok', random);
  return signingAlgorithm === 'HS256' ? `${id}/${tokenId}` : tokenId;
}

/**
 * Signs an access token with the secret of its API (HS256).
 * @throws DomainError `invalid_target` if the API has no secret, or if the deployment does not allow HS256 any more
 */
export async function signWithSecret(
  claims: AccessTokenClaims,
  { apiId, look }: { readonly apiId: string; readonly look: Look },
  { hs256Apis, secretTokens, clock }: Required<UsePorts>,
): Promise<string> {
  const secret = signingSecretAt(await look.find(signingSecretsKey(apiId)), clock.nowSeconds());
  if (hs256Apis && secret !== undefined) return secretTokens.sign(claims, { ...secret, apiId });
  throw new DomainError('invalid_target', 'Tokens for this API cannot be signed now: see its signing algorithm.', {
    field: 'audience',
  });
}

/**
 * The claims of a token that the secret of its own API signed, and whose id begins with that API; otherwise undefined.
 */
export async function claimsBySecret(
  token: string,
  look: Look,
  { hs256Apis = false, secretTokens, clock }: UsePorts,
): Promise<AccessTokenClaims | undefined> {
  const named = hs256Apis ? secretTokens?.read(token) : undefined;
  const api = named && (await findApi(named.audience, look));
  if (api?.signingAlgorithm !== 'HS256') return undefined;
  const stored = await look.find(signingSecretsKey(api.id));
  const secret = stored && trustedSecrets(stored, clock.nowSeconds()).find(({ kid }) => kid === named?.kid);
  const claims = secret && (await secretTokens?.verify(token, { ...secret, apiId: api.id }));
  return claims && isTokenIdOf(api.id, claims.jti) ? claims : undefined;
}

function isTokenIdOf(apiId: string, tokenId: string): boolean {
  return tokenId.startsWith(`${apiId}/`) && isMadeId('tok', tokenId.slice(apiId.length + 1));
}
