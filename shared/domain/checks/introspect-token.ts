import type { ManagementCaller } from '../access/authority.ts';
import { containsTenant } from '../access/caller-scope.ts';
import { allowedPermissions, findApi } from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import type { SystemPermission } from '../access/system-api.ts';
import type { Clock, Digests } from '../ambient.ts';
import { countFailure, unknownTokenLimits } from '../authentication/attempt-limits.ts';
import { type AuthenticatedClient, invalidClient } from '../authentication/authenticate-client.ts';
import type { AssertionVerifier, FailureCounter } from '../authentication/ports.ts';
import type { Pepper } from '../keys/ports.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { apiRecordKey, SYSTEM_API_ID } from '../records/permissions.ts';
import { proofOf } from '../registration/registration.ts';
import { scopeValues, type TokenType, tokenTypeOf } from '../tokens/access-token.ts';
import { type AccessTokenClaims, clientClaims } from '../tokens/claims.ts';
import { findLiveRefreshToken, type LiveRefreshToken } from '../tokens/live-family.ts';
import { findLiveToken, type LiveToken, type MayLearn, type TokenInQuestion } from '../tokens/live-token.ts';
import type { SecretTokens, TokenVerifier } from '../tokens/ports.ts';
import { findSelfSignedToken } from '../tokens/self-signed-token.ts';
import { dividedScope } from '../tokens/user-token.ts';

/** The answer of introspection (RFC 7662 §2.2). */
export type Introspection = { readonly active: false } | ActiveIntrospection;

/** The answer about an active token: its claims, with what the token permits now. */
export interface ActiveIntrospection
  extends Omit<AccessTokenClaims, 'exp' | 'depends_on' | 'subject_client_id' | 'granted_at'> {
  readonly active: true;
  /** Absent for an API token that never expires. */
  readonly exp?: number;
  /** Absent for a refresh token, because it is never presented to an API. */
  readonly token_type?: TokenType;
}

/** The caller of introspection: an authenticated client, or a management caller with `introspect:tokens`. */
export type Introspector = AuthenticatedClient | ManagementCaller;

interface Ports {
  readonly issuer: string;
  readonly verifier: TokenVerifier;
  readonly pepper: Pepper;
  readonly digests: Digests;
  readonly assertionVerifier: AssertionVerifier;
  readonly hs256Apis: boolean;
  readonly secretTokens: SecretTokens;
  readonly records: RecordReader;
  readonly clock: Clock;
  readonly failures: FailureCounter;
}

const INACTIVE: Introspection = { active: false };

const INTROSPECT: SystemPermission = 'introspect:tokens';

/**
 * Tells a caller whether a token is active and what it permits now. A caller learns about its own tokens, about tokens
 * for an API where it has a permission, and with `introspect:tokens` about tokens for every API. A caller of a tenant
 * learns only about tokens of this tenant. All other tokens are inactive in the answer (RFC 7662 §4). Whether the caller
 * may learn about a token is decided first, so that the time of an answer does not tell whether another party's token
 * works.
 * @throws DomainError `invalid_client` for a public client, which cannot prove its identity; `rate_limited` in place of
 * an inactive answer for a caller that introspects too many inactive tokens
 */
export async function introspectToken(caller: Introspector, token: string, ports: Ports): Promise<Introspection> {
  if ('client' in caller && proofOf(caller.client) === 'none') throw invalidClient();
  const callerId = 'client' in caller ? caller.client.id : caller.clientId;
  const mayLearn: MayLearn = async (inQuestion, look) =>
    callerId === inQuestion.clientId || isEntitled(caller, inQuestion, look);
  const answer = (await findAccess(token, ports, mayLearn)) ?? (await findRefresh(token, ports, mayLearn));
  if (answer !== undefined) return answer;
  // Strangers send unknown tokens to the caller's API. So only inactive answers are limited, never answers about live
  // tokens. A live token that the caller may not learn about counts as well, or the limit would tell it apart.
  await countFailure(unknownTokenLimits(callerId), ports);
  return INACTIVE;
}

/** Finds an access token of Mintmark, or a token that a service user signed itself. */
async function findAccess(token: string, ports: Ports, mayLearn: MayLearn): Promise<ActiveIntrospection | undefined> {
  const found = (await findLiveToken(token, ports, mayLearn)) ?? (await findSelfSignedToken(token, ports, mayLearn));
  return found && accessAnswer(found);
}

async function findRefresh(token: string, ports: Ports, mayLearn: MayLearn): Promise<ActiveIntrospection | undefined> {
  const found = await findLiveRefreshToken(token, ports, mayLearn);
  return found && refreshAnswer(found, ports);
}

/**
 * Whether a caller may learn about a token that was issued to another client. All that is read here is read for each
 * such token, before the tenants are compared.
 */
async function isEntitled(caller: Introspector, { audience, tenantId }: TokenInQuestion, look: Look): Promise<boolean> {
  if (!('client' in caller)) return containsTenant(caller.scope, tenantId);
  const [own, api] = await Promise.all([standingOf(caller.client, caller.look), findApi(audience, look)]);
  if (own === undefined || api === undefined) return false;
  const [atApi, atSystem] = await Promise.all([
    allowedPermissions(caller.client, own, api, caller.look),
    systemPermissionsOf(caller, own),
  ]);
  return containsTenant(own.scope, tenantId) && (atApi.length > 0 || atSystem.includes(INTROSPECT));
}

async function systemPermissionsOf({ client, look }: AuthenticatedClient, own: Standing): Promise<readonly string[]> {
  const systemApi = await look.find(apiRecordKey(SYSTEM_API_ID));
  return systemApi === undefined ? [] : allowedPermissions(client, own, systemApi, look);
}

function accessAnswer({ claims, permissions, client, standing }: LiveToken): ActiveIntrospection {
  const { depends_on: _dependsOn, subject_client_id: _subjectClientId, granted_at: _grantedAt, ...shown } = claims;
  const identity = claims.granted_at === undefined ? [] : dividedScope(scopeValues(claims.scope)).identityScopes;
  const scope = [...identity, ...permissions].join(' ');
  const current = claims.tenant_id === undefined ? {} : { permissions };
  const answer = { active: true, token_type: tokenTypeOf(claims), ...shown, scope } as const;
  if (claims.scope !== undefined) return { ...answer, ...current };
  const roles = standing.roles.map((role) => role.key);
  return { ...answer, roles, ...current, ...clientClaims(client) };
}

/** `jti` is the id of the family, because a refresh token has no id of its own. */
function refreshAnswer({ family, subject, tenantId, scope }: LiveRefreshToken, { issuer }: Ports): ActiveIntrospection {
  const { id: jti, clientId: client_id, audience: aud, createdAtSeconds: iat, confirmation: cnf } = family;
  return {
    active: true,
    iss: issuer,
    sub: subject,
    aud,
    exp: Math.min(family.idleUntilSeconds, family.expiresAtSeconds),
    iat,
    nbf: iat,
    jti,
    client_id,
    scope: scope.join(' '),
    ...(tenantId !== undefined && { tenant_id: tenantId }),
    ...(cnf && { cnf }),
  };
}
