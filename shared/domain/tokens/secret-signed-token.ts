import { findApi } from '../access/entitlement.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { isMadeId, newId } from '../ids.ts';
import { signingSecretAt, signingSecretsKey, trustedSecrets } from '../keys/signing-secrets.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import type { AccessTokenClaims } from './claims.ts';
import type { SecretTokens } from './ports.ts';

/**
 * A new id for a token for this API, within the API's own where a secret signs it: whoever shares the secret can make up
 * any such token, and must not take back others by their ids.
 */
export function newTokenId({ id, signingAlgorithm }: Pick<Api, 'id' | 'signingAlgorithm'>, random: Random): string {
  const tokenId = newId('tok', random);
  return signingAlgorithm === 'HS256' ? `${id}/${tokenId}` : tokenId;
}

function isWithinApi(tokenId: string, apiId: string): boolean {
  return tokenId.startsWith(`${apiId}/`) && isMadeId('tok', tokenId.slice(apiId.length + 1));
}

interface UsePorts {
  readonly hs256Apis?: boolean;
  readonly secretTokens?: SecretTokens;
  readonly clock: Clock;
}

/**
 * Signs an access token with the secret of its API.
 * @throws DomainError `invalid_target` where the deployment allows that no more
 */
export async function signWithSecret(
  claims: AccessTokenClaims,
  { apiId, look }: { readonly apiId: string; readonly look: Look },
  { hs256Apis, secretTokens, clock }: Required<UsePorts>,
): Promise<string> {
  const secret = signingSecretAt(await look.find(signingSecretsKey(apiId)), clock.nowSeconds());
  if (hs256Apis && secret !== undefined) return secretTokens.sign(claims, { ...secret, apiId });
  throw new DomainError('invalid_target', 'No tokens are signed for this API at present: see its signing algorithm.', {
    field: 'audience',
  });
}

/** The claims of a token that the secret of its own API has signed, under an id of that API; undefined for everything else. */
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
  return claims && isWithinApi(claims.jti, api.id) ? claims : undefined;
}
