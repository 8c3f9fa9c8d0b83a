import { allowedPermissions, findApi, resolveApi } from '../access/entitlement.ts';
import { holdingOf } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { isBoundAsRequired } from '../authentication/confirmation.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../ids.ts';
import { preferredAlgorithm, signingKeysIn } from '../keys/signing-keys.ts';
import { type Client, subjectId, tenantIdOf } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import { defaultAudienceIn } from '../records/settings.ts';
import { type ClientDescription, newClientWithoutCredential } from '../registration/new-client.ts';
import type { LongLivedTokenClaims } from '../tokens/claims.ts';
import type { TokenSigner, TokenVerifier } from '../tokens/ports.ts';

interface Ports {
  readonly issuer: string;
  readonly defaultAudience: string | undefined;
  readonly random: Random;
  readonly clock: Clock;
  readonly signer: TokenSigner;
  readonly verifier: Pick<TokenVerifier, 'algorithms'>;
}

/** A client that consists of a JWT. The JWT is in this result only. */
export interface WithLongLivedToken {
  readonly client: Client;
  readonly accessToken: string;
}

/**
 * Makes a client that consists of a JWT and needs no exchange. The JWT has no roles and no permissions: an API that
 * receives it asks Mintmark, and Mintmark decides by the current records. If `audience` is undefined, the JWT is for
 * the API that an exchange would choose. The caller stores the client.
 * @throws DomainError `invalid_request` if there is no audience, if the client has no permission there, and if the API
 * only accepts bound access tokens
 */
export async function newLongLivedToken(
  description: ClientDescription,
  { audience, look }: { readonly audience: string | undefined; readonly look: Look },
  ports: Ports,
): Promise<WithLongLivedToken> {
  const withoutToken = newClientWithoutCredential(description, ports);
  const holding = await holdingOf(withoutToken, look);
  const api =
    audience === undefined
      ? await resolveApi({ client: withoutToken, holding }, () => defaultAudienceIn(look, ports), look)
      : await findApi(audience, look);
  const allowed = api === undefined ? [] : await allowedPermissions(withoutToken, holding, api, look);
  if (api === undefined || allowed.length === 0 || !isBoundAsRequired(undefined, api)) throw unusableAudience();
  const tokenId = newId('tok', ports.random);
  const client = { ...withoutToken, accessToken: { tokenId, apiId: api.id, api: api.identifier } };
  const keys = await signingKeysIn(look);
  // Only Mintmark verifies this JWT, so it is never signed with a secret that the API knows.
  const algorithm =
    api.signingAlgorithm === 'HS256' ? preferredAlgorithm(ports.verifier.algorithms) : api.signingAlgorithm;
  return { client, accessToken: await ports.signer.sign(claimsOf(client, ports), algorithm, keys) };
}

function unusableAudience(): DomainError {
  return new DomainError(
    'invalid_request',
    'The API token has no permission at this audience, or the audience only accepts bound access tokens.',
    { field: 'audience' },
  );
}

function claimsOf(
  client: Client & Required<Pick<Client, 'accessToken'>>,
  { issuer }: Pick<Ports, 'issuer'>,
): LongLivedTokenClaims {
  const { id, subject, accessToken, createdAtSeconds, expiresAtSeconds } = client;
  if (accessToken === undefined || subject.type === 'application') {
    throw new Error('Only API tokens of tenants and users are long-lived tokens.');
  }
  const tenantId = tenantIdOf(client);
  return {
    iss: issuer,
    sub: subjectId(client),
    aud: accessToken.api,
    iat: createdAtSeconds,
    nbf: createdAtSeconds,
    ...(expiresAtSeconds !== undefined && { exp: expiresAtSeconds }),
    jti: accessToken.tokenId,
    client_id: id,
    ...(tenantId !== undefined && { tenant_id: tenantId }),
  };
}
