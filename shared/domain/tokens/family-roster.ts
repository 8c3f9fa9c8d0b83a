import type { Clock } from '../ambient.ts';
import { changeNewest, type ShortLivedWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { Revocations } from './ports.ts';
import { type FamilyRoster, familyRosterKey, type TokenFamily } from './token-family.ts';

export interface FamilyRosterPorts {
  readonly records: RecordReader;
  readonly shortLived: ShortLivedWriter;
  readonly revocations: Revocations;
  readonly clock: Clock;
}

type Entry = FamilyRoster['families'][number];

/**
 * Ends a family and every access token that was issued from it. Only the mark says so, which is kept for as long as one
 * of these could live; so a rotation under way revives nothing, and doing it twice changes nothing.
 */
export function revokeFamily(
  { id, expiresAtSeconds }: Pick<TokenFamily, 'id' | 'expiresAtSeconds'>,
  { revocations }: Pick<FamilyRosterPorts, 'revocations'>,
): Promise<void> {
  return revocations.revoke(id, expiresAtSeconds + ACCESS_TOKEN_LIFETIME_SECONDS_MAX);
}

/**
 * Enters a family that is about to be stored among those of its client. The oldest go where there would be too many:
 * first they end and then their places are free, so that there never are more, wherever this breaks off.
 */
export async function enterFamilyRoster(
  { id, clientId, expiresAtSeconds }: TokenFamily,
  maxLive: number,
  ports: FamilyRosterPorts,
): Promise<void> {
  const empty: FamilyRoster = { families: [], expiresAtSeconds: 0, version: 0 };
  await changeNewest<FamilyRoster>({
    read: async () => (await openRosterLook(clientId, ports).findShortLived(familyRosterKey(clientId))) ?? empty,
    change: async (roster) => {
      const families = [...(await makeRoom(roster, maxLive, ports)), { id, expiresAtSeconds }];
      return { ...roster, families, expiresAtSeconds: Math.max(...families.map((entry) => entry.expiresAtSeconds)) };
    },
    write: (roster) => ports.shortLived.write(familyRosterKey(clientId), roster),
  });
}

/** The families that stay, at least one fewer than may be. */
async function makeRoom(
  { families }: FamilyRoster,
  maxLive: number,
  ports: FamilyRosterPorts,
): Promise<readonly Entry[]> {
  const now = ports.clock.nowSeconds();
  const lasting = families.filter(({ expiresAtSeconds }) => expiresAtSeconds > now);
  if (lasting.length < maxLive) return lasting;
  const live = await withoutRevoked(lasting, ports);
  const surplus = live.slice(0, Math.max(0, live.length + 1 - maxLive));
  await Promise.all(surplus.map((family) => revokeFamily(family, ports)));
  return live.slice(surplus.length);
}

/** Asked only where there seem to be too many, as it is a read more. */
async function withoutRevoked(families: readonly Entry[], { records }: FamilyRosterPorts): Promise<readonly Entry[]> {
  const look = records.open('revoked families');
  const revoked = await Promise.all(families.map(({ id }) => look.isRevoked(id)));
  return families.filter((_, index) => revoked[index] !== true);
}

/** Not by the client's id alone: looks at the client need other records. */
function openRosterLook(clientId: string, { records }: FamilyRosterPorts) {
  return records.open(`families of ${clientId}`);
}
