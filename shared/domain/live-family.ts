import type { Digests, Pepper } from './crypto-ports.ts';
import { allowedPermissions, findApi } from './entitlement.ts';
import { REFRESH_TOKEN } from './grant-types.ts';
import { narrowed } from './live-token.ts';
import type { Clock, Look, StandingReader } from './ports.ts';
import type { Api, Client } from './records.ts';
import { readRefreshToken } from './refresh-token.ts';
import { grantTypesOf } from './registration.ts';
import { latestMark } from './revoke-issued-before.ts';
import { settingsIn } from './settings.ts';
import { isLive, type Standing, standingOf, subjectId } from './standing.ts';
import { generationOf, type TokenFamily } from './token-family.ts';

interface Ports {
  readonly pepper: Pepper;
  readonly digests: Digests;
  readonly standing: StandingReader;
  readonly clock: Clock;
}

/** The family with this id, unless it was revoked, was left unused for too long, or has ended. */
export async function findFamily(
  familyId: string,
  look: Look,
  { clock }: Pick<Ports, 'clock'>,
): Promise<TokenFamily | undefined> {
  const [family, isRevoked] = await Promise.all([look.findShortLived('family', familyId), look.isRevoked(familyId)]);
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
  const look = ports.standing.open(`refresh tokens of ${presented.familyId}`);
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
