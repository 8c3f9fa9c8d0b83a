import type { Digests } from '../ambient.ts';
import { newId } from '../ids.ts';
import type { Pepper } from '../keys/ports.ts';
import { REFRESH_TOKEN } from '../records/registration.ts';
import type { WorkspaceSettings } from '../records/settings.ts';
import { grantTypesOf } from '../registration/registration.ts';
import { scopeValues } from '../tokens/access-token.ts';
import { enterFamilyRoster, type FamilyRosterPorts } from '../tokens/family-roster.ts';
import { type NewRefreshToken, writeRefreshToken } from '../tokens/refresh-token.ts';
import { familyKey, type TokenFamily } from '../tokens/token-family.ts';
import { type Access, invalidScope, type TokenHolder } from './decide-access.ts';
import { type IssuedToken, type IssuePorts, issueAccessToken, type TokenTerms } from './issue-access-token.ts';

/** What a client asks for that wants a refresh token (OpenID Connect Core §11). It is no permission of any API. */
const OFFLINE_ACCESS = 'offline_access';

const ENTROPY_BYTES = 32;

export interface FamilyPorts extends IssuePorts, FamilyRosterPorts {
  readonly pepper: Pepper;
  readonly digests: Digests;
}

/** A scope less what is no permission, and whether that was in it. Nothing is left of one that says nothing else. */
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
 * Issues an access token, and a refresh token with which a family begins. It ends with the credential that it was
 * obtained by, and one family more than a client may have ends the oldest of them.
 * @throws DomainError `invalid_scope` where the API gives none or the client is not registered for any, and as
 * `issueAccessToken` does
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
  if (!(await ports.shortLived.write(familyKey(id), family))) throw new Error('This id was given before.');
  return { token, refreshToken: refreshToken.value };
}

/** When a family ends that is used now. */
export function idleUntil(expiresAtSeconds: number, nowSeconds: number, settings: WorkspaceSettings): number {
  return Math.min(expiresAtSeconds, nowSeconds + settings.refreshTokens.idleLifetimeSeconds);
}

interface Beginning {
  readonly holder: TokenHolder;
  readonly access: Access;
  readonly token: IssuedToken;
}

function familyOf(
  { familyId: id, body }: NewRefreshToken,
  { holder, access, token }: Beginning,
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
    createdAtSeconds: now,
    idleUntilSeconds: idleUntil(expiresAtSeconds, now, settings),
    expiresAtSeconds,
    version: 1,
  };
}
