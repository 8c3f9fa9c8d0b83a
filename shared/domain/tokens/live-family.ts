import { allowedPermissions, findApi } from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import type { Clock, Digests } from '../ambient.ts';
import type { Pepper } from '../keys/ports.ts';
import { type Client, subjectId } from '../records/client.ts';
import { isLive, latestMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { REFRESH_TOKEN } from '../records/registration.ts';
import { settingsIn } from '../records/settings.ts';
import { grantTypesOf } from '../registration/registration.ts';
import { narrowed } from './live-token.ts';
import { readRefreshToken } from './refresh-token.ts';
import { type FamilyRotation, familyKey, type TokenFamily } from './token-family.ts';

interface Ports {
  readonly pepper: Pepper;
  readonly digests: Digests;
  readonly records: RecordReader;
  readonly clock: Clock;
}

/** The family with this id, unless it was revoked, was left unused for too long, or has ended. */
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

/** Whether a client may redeem a family's tokens: it is its own, and began after whatever ended all tokens before. */
export function isFamilyOf(client: Client, { clientId, createdAtSeconds }: TokenFamily): boolean {
  if (clientId !== client.id || !grantTypesOf(client).includes(REFRESH_TOKEN)) return false;
  return createdAtSeconds >= (client.revokedBeforeSeconds ?? 0);
}

/** A refresh token that could be redeemed at this moment. */
export interface LiveRefreshToken {
  readonly family: TokenFamily;
  readonly subject: string;
  readonly standing: Standing;
  readonly api: Api;
  /** What it allows now: what was allowed at first, less whatever was taken away meanwhile. */
  readonly permissions: readonly string[];
}

/** Looks a refresh token up: undefined for whatever its client could not redeem now. */
export async function findLiveRefreshToken(text: string, ports: Ports): Promise<LiveRefreshToken | undefined> {
  const presented = await readRefreshToken(text, ports.pepper);
  if (presented === undefined) return undefined;
  const nowSeconds = ports.clock.nowSeconds();
  const look = ports.records.open(`refresh tokens of ${presented.familyId}`);
  const family = await findFamily(presented.familyId, look, ports);
  if (family === undefined) return undefined;
  const client = await look.client(family.clientId);
  if (client === undefined || !isLive(client, nowSeconds) || !isFamilyOf(client, family)) return undefined;
  const settings = await settingsIn(look);
  const { graceSeconds } = settings.refreshTokens;
  const generation = generationOf(family, ports.digests.digest(presented.body), { graceSeconds, nowSeconds });
  if (generation.is === 'replayed') return undefined;

  const [standing, api] = await Promise.all([standingOf(client, look), findApi(family.audience, look)]);
  if (standing === undefined || api?.allowRefreshTokens !== true) return undefined;
  if (family.createdAtSeconds < latestMark(standing, settings)) return undefined;
  const permissions = narrowed(family.scope, await allowedPermissions(client, standing, api, look));
  return permissions.length === 0 ? undefined : { family, subject: subjectId(client), standing, api, permissions };
}

/** What a presented token is to its family. */
export type Generation =
  | { readonly is: 'current' }
  | { readonly is: 'previous'; readonly rotation: FamilyRotation }
  | { readonly is: 'replayed' };

/**
 * Which of the family's tokens has this digest. The one before the current is good for `graceSeconds` after the rotation,
 * because the answer with its successor may have been lost; later it can only be a replay, as every older one.
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
