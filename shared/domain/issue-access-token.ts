import {
  type AccessTokenClaims,
  LIFETIME_SECONDS_MAX,
  scopeValues,
  TOKEN_CHARACTERS_MAX,
  type TokenType,
  tokenTypeOf,
} from './access-token.ts';
import { invalidGrant } from './authenticate-assertion.ts';
import { type AuthenticatedClient, invalidClient } from './authenticate-client.ts';
import { confirmSender, type Possession } from './bind-token.ts';
import type { Confirmation } from './confirmation.ts';
import type { ProofMemory, TokenSigner } from './crypto-ports.ts';
import { allowedPermissions, findApi, resolveApi } from './entitlement.ts';
import { DomainError, tokenTooLarge } from './errors.ts';
import { isGrantType, JWT_BEARER } from './grant-types.ts';
import { newId } from './ids.ts';
import type { Clock, IssuanceCounter, Random, RequestQuota, StatusPlaces } from './ports.ts';
import type { Api, Client, WorkspaceSettings } from './records.ts';
import { grantTypesOf } from './registration.ts';
import { defaultAudienceIn, expectSettings, settingsIn } from './settings.ts';
import { expectSigningKeys, type SigningKeys, signingKeysIn } from './signing-keys.ts';
import { type Standing, standingOf, subjectId } from './standing.ts';
import { placeOnStatusList } from './status-list.ts';
import { countToken } from './token-quota.ts';

export interface TokenRequest {
  readonly grantType: string;
  /** API identifiers, from `audience` and `resource` together; see `resolveApi` for what happens without one. */
  readonly audiences: readonly string[];
  /** Space-separated permissions; without one, everything that is allowed. */
  readonly scope?: string | undefined;
  /** What the token can be bound to. */
  readonly possession?: Possession | undefined;
}

export interface IssuedToken {
  readonly value: string;
  readonly id: string;
  readonly type: TokenType;
  readonly audience: string;
  readonly lifetimeSeconds: number;
  readonly scope: string;
  /** What its client has left of its quota; empty without one. */
  readonly quotas: readonly RequestQuota[];
}

/** For whom the token is, whichever way that was made sure of. */
export type TokenHolder = Omit<AuthenticatedClient, 'credential'>;

interface Ports {
  readonly issuer: string;
  readonly defaultAudience: string | undefined;
  readonly random: Random;
  readonly signer: TokenSigner;
  readonly statusPlaces: StatusPlaces;
  readonly proofMemory: ProofMemory;
  readonly clock: Clock;
  readonly issuance: IssuanceCounter;
}

/**
 * The exchange (RFC 6749 §4.4, RFC 7523 §2.1) from step 5 on: the subject stands, the API is found, the permissions are
 * allowed now, the lifetime is the shortest of all that limit it.
 * @throws DomainError `unsupported_grant_type`, `unauthorized_client`, `invalid_client`, `invalid_grant`, `invalid_request`, `invalid_target`
 * (RFC 8707 §2), `invalid_scope`, `rate_limited` or, as `confirmSender` does, `invalid_dpop_proof`
 */
export async function issueAccessToken(caller: TokenHolder, request: TokenRequest, ports: Ports): Promise<IssuedToken> {
  const { client, look } = caller;
  assertMayUse(request.grantType, client);
  const audience = onlyAudience(request.audiences);
  expectSettings(look);
  expectSigningKeys(look);
  const [standing, requestedApi] = await Promise.all([
    standingOf(client, look),
    audience === undefined ? undefined : findApi(audience, look),
  ]);
  if (standing === undefined) throw request.grantType === JWT_BEARER ? invalidGrant() : invalidClient();
  const findDefault = () => defaultAudienceIn(look, ports);
  const api =
    audience === undefined ? await resolveApi({ client, holding: standing }, findDefault, look) : requestedApi;
  const allowed = api && (await allowedPermissions(client, standing, api, look));
  if (api === undefined || allowed === undefined || allowed.length === 0) {
    throw new DomainError('invalid_target', 'The client has no permission at the requested audience.', {
      field: 'audience',
    });
  }
  const permissions = request.scope === undefined ? allowed : narrow(request.scope, allowed);
  const settings = await settingsIn(look);
  const confirmation = await confirmSender(request.possession ?? {}, api, ports);
  const quotas = await countToken(client, settings, ports);
  const claims = claimsOf(caller, { standing, settings, api, permissions, confirmation }, ports);
  const listed = await placeOnStatusList(claims, api, ports);
  return { ...(await sign(listed, { api, keys: await signingKeysIn(look) }, ports)), quotas };
}

function assertMayUse(grantType: string, client: Client): void {
  if (!isGrantType(grantType)) {
    throw new DomainError('unsupported_grant_type', 'The grant type is not one of those this server supports.');
  }
  if (grantTypesOf(client).includes(grantType)) return;
  throw new DomainError('unauthorized_client', `The client may not use the grant ${grantType}.`);
}

/** A token is for one API only, so that no API can use it at another (RFC 8707 §3). */
function onlyAudience(audiences: readonly string[]): string | undefined {
  const [first, ...others] = new Set(audiences);
  if (others.length === 0) return first;
  throw new DomainError('invalid_target', 'A token is for one audience: ask for one token each.', {
    field: 'audience',
  });
}

function narrow(scope: string, allowed: readonly string[]): readonly string[] {
  const requested = scopeValues(scope);
  if (requested.every((value) => allowed.includes(value))) return requested;
  throw new DomainError('invalid_scope', 'The requested scope is malformed, unknown or more than is allowed.', {
    field: 'scope',
  });
}

interface Decision {
  readonly standing: Standing;
  readonly settings: WorkspaceSettings;
  readonly api: Api;
  readonly permissions: readonly string[];
  readonly confirmation: Confirmation | undefined;
}

function claimsOf(
  caller: TokenHolder,
  { standing, settings, api, permissions, confirmation }: Decision,
  { issuer, random }: Ports,
): AccessTokenClaims {
  const { client, authenticatedAtSeconds: now } = caller;
  const inTenant = standing.tenantId !== undefined && {
    tenant_id: standing.tenantId,
    roles: standing.roles.map((role) => role.key),
    permissions,
  };
  return {
    iss: issuer,
    sub: subjectId(client),
    aud: api.identifier,
    exp: now + Math.min(settings.accessTokens.maxLifetimeSeconds, lifetimeSeconds(caller, api, now)),
    iat: Math.max(now, client.revokedBeforeSeconds ?? 0),
    nbf: now,
    jti: newId('tok', random),
    client_id: client.id,
    scope: permissions.join(' '),
    ...inTenant,
    ...(client.metadata && { metadata: client.metadata }),
    ...(confirmation && { cnf: confirmation }),
  };
}

/** Step 8: the shortest of the API's lifetime, the client's own, and the time that credential and client have left. */
function lifetimeSeconds({ client, expiresAtSeconds }: TokenHolder, api: Api, nowSeconds: number): number {
  return Math.min(
    api.tokenLifetimeSeconds,
    client.tokenLifetimeSeconds ?? LIFETIME_SECONDS_MAX,
    expiresAtSeconds === undefined ? LIFETIME_SECONDS_MAX : expiresAtSeconds - nowSeconds,
  );
}

interface SigningChoice {
  readonly api: Api;
  readonly keys: SigningKeys | undefined;
}

async function sign(
  claims: AccessTokenClaims,
  { api, keys }: SigningChoice,
  { signer }: Ports,
): Promise<Omit<IssuedToken, 'quotas'>> {
  const value = await signer.sign(claims, api.signingAlgorithm, keys);
  if (value.length > TOKEN_CHARACTERS_MAX) throw tokenTooLarge();
  return {
    value,
    type: tokenTypeOf(claims),
    id: claims.jti,
    audience: claims.aud,
    lifetimeSeconds: claims.exp - claims.iat,
    scope: claims.scope,
  };
}
