import type { Digests } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { Pepper } from '../keys/ports.ts';
import { REFRESH_TOKEN } from '../records/registration.ts';
import type { WorkspaceSettings } from '../records/settings.ts';
import { grantTypesOf } from '../registration/registration.ts';
import { scopeValues } from '../tokens/access-token.ts';
import { enterFamilyRoster, type FamilyRosterPorts } from '../tokens/family-roster.ts';
import { type NewRefreshToken, writeRefreshToken } from '../tokens/refresh-token.ts';
import { type FamilyGrant, familyKey, type TokenFamily } from '../tokens/token-family.ts';
import { type Access, invalidScope, type TokenHolder } from './decide-access.ts';
import { type IssuedToken, type IssuePorts, issueAccessToken, type TokenTerms } from './issue-access-token.ts';

/** The scope value that requests a refresh token (OpenID Connect Core §11). It is not a permission of an API. */
export const OFFLINE_ACCESS = 'offline_access';

const ENTROPY_BYTES = 32;

/** The ports that begin a family, or issue tokens from it. */
export interface FamilyPorts extends IssuePorts, FamilyRosterPorts {
  readonly pepper: Pepper;
  readonly digests: Digests;
}

/**
 * Takes `offline_access` out of a scope, and tells whether it was there. Without another value, the scope is undefined.
 */
export function takeOfflineAccess(scope: string | undefined): {
  readonly scope: string | undefined;
  readonly isOffline: boolean;
} {
  const values = scope === undefined ? [] : scopeValues(scope);
  if (!values.includes(OFFLINE_ACCESS)) return { scope, isOffline: false };
  const others = values.filter((value) => value !== OFFLINE_ACCESS);
  return { scope: others.length === 0 ? undefined : others.join(' '), isOffline: true };
}

/**
 * Issues an access token, and the first refresh token of a new family. The family expires with the credential that the
 * client used, or before. If the client has too many families, the oldest family is revoked.
 * @throws DomainError `invalid_scope` if the API does not allow refresh tokens or the client is not registered for
 * them, and as `issueAccessToken` does
 */
export async function beginFamily(
  holder: TokenHolder,
  access: Access,
  { possession }: Pick<TokenTerms, 'possession'>,
  ports: FamilyPorts,
): Promise<{ readonly token: IssuedToken; readonly refreshToken: string }> {
  const isAllowed = access.api.allowRefreshTokens && grantTypesOf(holder.client).includes(REFRESH_TOKEN);
  if (!isAllowed) throw invalidScope();
  const id = newId('fam', ports.random);
  const token = await issueAccessToken(holder, access, { possession, dependsOn: [id] }, ports);
  const refreshToken = await writeRefreshToken(id, ports.random.bytes(ENTROPY_BYTES), ports.pepper);
  const family = familyOf(refreshToken, { holder, access, token }, ports);
  await enterFamilyRoster(family, access.settings.refreshTokens.maxLivePerClient, ports);
  if (!(await ports.shortLived.write(familyKey(id), family)))
    throw new Error('The id of the new family exists already.');
  return { token, refreshToken: refreshToken.value };
}

/** The beginning of a user's family. */
interface UserFamily extends Pick<FirstToken, 'holder' | 'access'> {
  readonly id: string;
  readonly grant: FamilyGrant;
}

/**
 * Issues an access token and the first refresh token of a user's family. The family outlives the session (RFC 6749 §6,
 * OpenID Connect Core §11). If the user has too many families at the application, the oldest family is revoked.
 * @throws DomainError as `issueAccessToken` does
 */
export async function beginUserFamily(
  { id, holder, access, grant }: UserFamily,
  terms: TokenTerms,
  ports: FamilyPorts,
): Promise<{ readonly token: IssuedToken; readonly refreshToken: string }> {
  const token = await issueAccessToken(holder, access, { ...terms, dependsOn: [id, ...grant.dependsOn] }, ports);
  const refreshToken = await writeRefreshToken(id, ports.random.bytes(ENTROPY_BYTES), ports.pepper);
  const first = { holder: { ...holder, expiresAtSeconds: undefined }, access, token };
  const {
    userId,
    tenantId,
    dependsOn,
    grantedAtSeconds,
    permissions,
    identityScopes,
    authenticatedAtSeconds,
    methods,
  } = grant;
  const granted = {
    userId,
    tenantId,
    dependsOn,
    grantedAtSeconds,
    permissions,
    identityScopes,
    authenticatedAtSeconds,
    methods,
  };
  const family: TokenFamily = { ...familyOf(refreshToken, first, ports), granted };
  await enterFamilyRoster(family, access.settings.refreshTokens.maxLivePerClient, ports);
  if (!(await ports.shortLived.write(familyKey(id), family)))
    throw new Error('The id of the new family exists already.');
  return { token, refreshToken: refreshToken.value };
}

/** When a family that is used now ends without a further use, in Unix time. */
export function idleUntil(expiresAtSeconds: number, nowSeconds: number, settings: WorkspaceSettings): number {
  return Math.min(expiresAtSeconds, nowSeconds + settings.refreshTokens.idleLifetimeSeconds);
}

/** The first access token of a family, and how the client got it. */
interface FirstToken {
  readonly holder: TokenHolder;
  readonly access: Access;
  readonly token: IssuedToken;
}

function familyOf(
  { familyId: id, body }: NewRefreshToken,
  { holder, access, token }: FirstToken,
  { digests }: Pick<FamilyPorts, 'digests'>,
): TokenFamily {
  const { settings } = access;
  const { issuedAtSeconds: now } = token;
  const endsAtSeconds = now + settings.refreshTokens.lifetimeSeconds;
  const expiresAtSeconds = Math.min(endsAtSeconds, holder.expiresAtSeconds ?? endsAtSeconds);
  return {
    id,
    clientId: holder.client.id,
    audience: token.audience,
    scope: token.scope,
    current: digests.digest(body),
    confirmation: token.confirmation,
    entitlementId: access.entitlement.id,
    createdAtSeconds: now,
    idleUntilSeconds: idleUntil(expiresAtSeconds, now, settings),
    expiresAtSeconds,
    version: 1,
  };
}
