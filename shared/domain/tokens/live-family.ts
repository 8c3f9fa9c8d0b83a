import { tenantOfScope } from '../access/caller-scope.ts';
import { allowedPermissions, type Entitlement, entitlementOf, findApi } from '../access/entitlement.ts';
import { standingOf } from '../access/standing.ts';
import { findApiOfUser } from '../access/user-info-api.ts';
import type { Clock, Digests } from '../ambient.ts';
import type { Pepper } from '../keys/ports.ts';
import { type Client, subjectId, tenantIdOf } from '../records/client.ts';
import { isLive, latestMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { REFRESH_TOKEN } from '../records/registration.ts';
import { settingsIn, type WorkspaceSettings } from '../records/settings.ts';
import { grantTypesOf } from '../registration/registration.ts';
import { type MayLearn, stillAllowed } from './live-token.ts';
import { readRefreshToken } from './refresh-token.ts';
import { isKept } from './token-dependencies.ts';
import { type FamilyGrant, type FamilyRotation, familyKey, type TokenFamily } from './token-family.ts';
import { userAccessNow } from './user-token.ts';

interface Ports {
  readonly issuer: string;
  readonly pepper: Pepper;
  readonly digests: Digests;
  readonly records: RecordReader;
  readonly clock: Clock;
}

/** A refresh token that is active now. */
export interface LiveRefreshToken extends FamilyAccess {
  readonly family: TokenFamily;
}

/** For whom a family is now, and for what. */
interface FamilyAccess {
  /** The client's own subject, or the user for whom the client got the family. */
  readonly subject: string;
  readonly tenantId: string | undefined;
  /** What the family was issued with and is still allowed. */
  readonly scope: readonly string[];
}

/** The position of a presented refresh token in its family. */
export type Generation =
  | { readonly is: 'current' }
  | { readonly is: 'previous'; readonly rotation: FamilyRotation }
  | { readonly is: 'replayed' };

/**
 * Finds a refresh token by its text. Undefined for a text that is not a refresh token, and for a refresh token that its
 * client cannot redeem now. With `mayLearn`, undefined also for a token that the party that asks may not learn about.
 */
export async function findLiveRefreshToken(
  text: string,
  ports: Ports,
  mayLearn?: MayLearn,
): Promise<LiveRefreshToken | undefined> {
  const presented = await readRefreshToken(text, ports.pepper);
  if (presented === undefined) return undefined;
  const nowSeconds = ports.clock.nowSeconds();
  const look = ports.records.open(`refresh tokens of ${presented.familyId}`);
  if (mayLearn !== undefined && !(await isDisclosed(presented.familyId, look, mayLearn))) return undefined;
  const family = await findFamily(presented.familyId, look, ports);
  if (family === undefined) return undefined;
  const client = await look.client(family.clientId);
  if (client === undefined || !isLive(client, nowSeconds) || !isFamilyOf(client, family)) return undefined;
  const settings = await settingsIn(look);
  const { graceSeconds } = settings.refreshTokens;
  const generation = generationOf(family, ports.digests.digest(presented.body), { graceSeconds, nowSeconds });
  if (generation.is === 'replayed') return undefined;

  const { granted } = family;
  const access =
    granted === undefined
      ? await accessOfClient({ client, family, settings }, look)
      : await accessOfUser({ client, family, granted }, look, ports);
  return access && { family, ...access };
}

/** What a family permits that a client began for itself; undefined for nothing. */
async function accessOfClient(
  { client, family, settings }: { client: Client; family: TokenFamily; settings: WorkspaceSettings },
  look: Look,
): Promise<FamilyAccess | undefined> {
  const [standing, api] = await Promise.all([standingOf(client, look), findApi(family.audience, look)]);
  if (standing === undefined || api?.allowRefreshTokens !== true) return undefined;
  if (family.createdAtSeconds < latestMark(standing, settings)) return undefined;
  if (!isEntitledBy(await entitlementOf(client, api, look), family)) return undefined;
  const scope = stillAllowed(family.scope, await allowedPermissions(client, standing, api, look));
  const tenantId = tenantOfScope(standing.scope);
  return scope.length === 0 ? undefined : { subject: subjectId(client), tenantId, scope };
}

/** What a family permits that a client began for a user; undefined for nothing. */
async function accessOfUser(
  { client, family, granted }: { client: Client; family: TokenFamily; granted: FamilyGrant },
  look: Look,
  ports: Pick<Ports, 'issuer' | 'clock'>,
): Promise<FamilyAccess | undefined> {
  const api = await findApiOfUser(family.audience, ports.issuer, look);
  if (api?.allowRefreshTokens !== true) return undefined;
  const { userId: subject, tenantId, identityScopes } = granted;
  const access = await userAccessNow({ sessionId: undefined, tenantId, ...granted }, { client, api }, look, ports);
  return access && { subject, tenantId, scope: [...identityScopes, ...access.permissions] };
}

/** Asks `mayLearn` about a family, also about a family that has ended. */
async function isDisclosed(familyId: string, look: Look, mayLearn: MayLearn): Promise<boolean> {
  const [family] = await Promise.all([look.findShortLived(familyKey(familyId)), look.isRevoked(familyId)]);
  if (family === undefined) return false;
  const { clientId, audience, granted } = family;
  const client = await look.client(clientId);
  const tenantId = granted === undefined ? client && tenantIdOf(client) : granted.tenantId;
  return mayLearn({ clientId, audience, tenantId }, look);
}

/** The family with this id; undefined for a family that is unknown, revoked, expired, or was unused for too long. */
export async function findFamily(
  familyId: string,
  look: Look,
  { clock }: Pick<Ports, 'clock'>,
): Promise<TokenFamily | undefined> {
  const [family, isRevoked] = await Promise.all([look.findShortLived(familyKey(familyId)), look.isRevoked(familyId)]);
  if (family === undefined || isRevoked) return undefined;
  const endsAtSeconds = Math.min(family.idleUntilSeconds, family.expiresAtSeconds);
  return endsAtSeconds > clock.nowSeconds() ? family : undefined;
}

/**
 * Whether a client may redeem the tokens of a family: the client's own family, begun after the client's last
 * revocation.
 */
export function isFamilyOf(client: Client, { clientId, createdAtSeconds }: TokenFamily): boolean {
  if (clientId !== client.id || !grantTypesOf(client).includes(REFRESH_TOKEN)) return false;
  return createdAtSeconds >= (client.revokedBeforeSeconds ?? 0);
}

/** Whether a family began with this entitlement. A client grant or API that was made again is another one. */
export function isEntitledBy(entitlement: Entitlement, { entitlementId, createdAtSeconds }: TokenFamily): boolean {
  return isKept(entitlement, entitlementId === undefined ? [] : [entitlementId], createdAtSeconds);
}

/**
 * Finds the position of the token with this digest. The previous token is accepted for `graceSeconds` after the
 * rotation, because the reply with its successor may be lost. After that it is a replay, like every older token.
 */
export function generationOf(
  { current, rotation }: TokenFamily,
  digest: string,
  { graceSeconds, nowSeconds }: { readonly graceSeconds: number; readonly nowSeconds: number },
): Generation {
  if (digest === current) return { is: 'current' };
  if (rotation === undefined || digest !== rotation.previous) return { is: 'replayed' };
  return nowSeconds < rotation.atSeconds + graceSeconds ? { is: 'previous', rotation } : { is: 'replayed' };
}
