import type { Clock } from '../ambient.ts';
import { changeNewest, type ShortLivedWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { Revocations } from './ports.ts';
import { type FamilyRoster, familyRosterKey, type TokenFamily } from './token-family.ts';

/** The ports of the functions in this file. */
export interface FamilyRosterPorts {
  readonly records: RecordReader;
  readonly shortLived: ShortLivedWriter;
  readonly revocations: Revocations;
  readonly clock: Clock;
}

type Entry = FamilyRoster['families'][number];

/**
 * Revokes a family and every access token that was issued from it. The revocation is a record of its own, kept until
 * the last of these tokens has expired. So a rotation at the same time cannot undo it, and it can be repeated.
 */
export function revokeFamily(
  { id, expiresAtSeconds }: Pick<TokenFamily, 'id' | 'expiresAtSeconds'>,
  { revocations }: Pick<FamilyRosterPorts, 'revocations'>,
): Promise<void> {
  return revocations.revoke(id, expiresAtSeconds + ACCESS_TOKEN_LIFETIME_SECONDS_MAX);
}

/**
 * Enters a new family into its roster, before the family itself is stored: the roster of its client, or of its client
 * and user. If `maxLive` families are there already, the oldest families are revoked first and then leave the roster. So
 * a failure at any point never leaves too many families.
 */
export async function enterFamilyRoster(
  { id, clientId, granted, expiresAtSeconds }: TokenFamily,
  maxLive: number,
  ports: FamilyRosterPorts,
): Promise<void> {
  const key = familyRosterKey(clientId, granted?.userId);
  const empty: FamilyRoster = { families: [], expiresAtSeconds: 0, version: 0 };
  await changeNewest<FamilyRoster>({
    read: async () => (await openRosterLook(key, ports).findShortLived(key)) ?? empty,
    change: async (roster) => {
      const families = [...(await makeRoom(roster, maxLive, ports)), { id, expiresAtSeconds }];
      return { ...roster, families, expiresAtSeconds: Math.max(...families.map((entry) => entry.expiresAtSeconds)) };
    },
    write: (roster) => ports.shortLived.write(key, roster),
  });
}

/** The families that stay in the roster: at most `maxLive - 1`. */
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

/** The families that are not revoked. It costs a read for each family, so it is used only for a full roster. */
async function withoutRevoked(families: readonly Entry[], { records }: FamilyRosterPorts): Promise<readonly Entry[]> {
  const look = records.open('revoked families');
  const revoked = await Promise.all(families.map(({ id }) => look.isRevoked(id)));
  return families.filter((_, index) => revoked[index] !== true);
}

/** Opens a look by a name that differs from the client's id, because looks by that id read other records ahead. */
function openRosterLook({ id }: ReturnType<typeof familyRosterKey>, { records }: FamilyRosterPorts) {
  return records.open(`families of ${id}`);
}
