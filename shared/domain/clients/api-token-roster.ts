import type { Clock } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import { type ClientOwner, type ClientRoster, rosterKey } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { ClientLister } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';

/**
 * The roster keeps the limit `maxLive` while many requests create API tokens of one owner at the same time. The index
 * of the owner's clients cannot do this alone, because it lags behind. So each owner has one record with a version, the
 * roster: it has the ids of the newest tokens, which the index may not have yet. A creation writes its id into the
 * roster before it stores the token. If another creation writes first, the version is another one, and the creation
 * counts again. Index and roster only give ids; consistent reads tell which of these tokens are active. An owner
 * without a limit has no roster.
 */

/** After this time the index has a token. An older entry without a token is from an interrupted creation. */
const INDEX_LAG_SECONDS_MAX = 60;

const PAGE_LIMIT = 100;

const PAGES_MAX = 10;

type RosterKey = ReturnType<typeof rosterKey>;

interface Ports {
  readonly records: RecordReader;
  readonly rosters: RecordWriter<'roster'>;
  readonly clientList: ClientLister;
  readonly clock: Clock;
}

/**
 * Adds the id of a new token to the roster of its owner. The caller stores the token after this.
 * @throws DomainError `conflict` if the owner already has `maxLive` tokens
 */
export async function enterRoster(
  { owner, clientId, maxLive }: { readonly owner: ClientOwner; readonly clientId: string; readonly maxLive: number },
  ports: Ports,
): Promise<void> {
  const key = rosterKey(owner);
  const now = ports.clock.nowSeconds();
  const listed = await listedIds(owner, ports);
  if ((await openRosterLook(key, ports).find(key)) === undefined) await openRoster(key, now, ports);
  const enter = async (roster: ClientRoster): Promise<ClientRoster> => {
    const recent = roster.entries.filter(({ addedAtSeconds }) => addedAtSeconds + INDEX_LAG_SECONDS_MAX > now);
    const live = await countLive({ listed, recent, now }, openRosterLook(key, ports));
    if (live < maxLive) return { ...roster, entries: [...recent, { clientId, addedAtSeconds: now }] };
    throw new DomainError(
      'conflict',
      `There are already ${maxLive} API tokens, which is the maximum. Delete an API token first.`,
    );
  };
  await changeRecord({ key, change: enter }, { records: ports.records, directory: ports.rosters });
}

/**
 * Removes the id of a token from the roster of its owner, so that its place is free immediately. The caller deletes the
 * token.
 */
export async function leaveRoster(
  owner: ClientOwner,
  clientId: string,
  { records, rosters }: Pick<Ports, 'records' | 'rosters'>,
): Promise<void> {
  const key = rosterKey(owner);
  const roster = await openRosterLook(key, { records }).find(key);
  if (roster?.entries.some((entry) => entry.clientId === clientId) !== true) return;
  const leave = (before: ClientRoster): ClientRoster => ({
    ...before,
    entries: before.entries.filter((entry) => entry.clientId !== clientId),
  });
  await changeRecord({ key, change: leave }, { records, directory: rosters });
}

/** Opens a look with a name of its own, because other looks at this owner read other records. */
function openRosterLook({ id }: RosterKey, { records }: Pick<Ports, 'records'>): Look {
  return records.open(`roster of ${id}`);
}

async function openRoster(key: RosterKey, nowSeconds: number, { rosters }: Ports): Promise<void> {
  const roster = { entries: [], createdAtSeconds: nowSeconds, version: 1 };
  await rosters.insert(key, roster).catch(ignoreConflict);
}

/**
 * Counts the tokens that have not expired. Disabled tokens count, because they can be enabled again. Tokens that are
 * being created count, too.
 */
async function countLive(
  { listed, recent, now }: { listed: readonly string[]; recent: ClientRoster['entries']; now: number },
  look: Look,
): Promise<number> {
  const entered = recent.map(({ clientId }) => clientId);
  const ids = [...new Set([...listed, ...entered])];
  const clients = await Promise.all(ids.map((id) => look.client(id)));
  const counts = clients.map((client, index) =>
    client === undefined
      ? entered.includes(ids[index] ?? '')
      : isLive({ expiresAtSeconds: client.expiresAtSeconds }, now),
  );
  return counts.filter(Boolean).length;
}

/** Lists the ids of tokens that have not expired. Over the years, there may be too many expired tokens to count. */
async function listedIds(owner: ClientOwner, ports: Ports): Promise<readonly string[]> {
  const ids = await Promise.all((['active', 'disabled'] as const).map((status) => idsWithStatus(status, owner, ports)));
  return ids.flat();
}

async function idsWithStatus(status: 'active' | 'disabled', owner: ClientOwner, { clientList, clock }: Ports) {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const page = await clientList.list(owner, { limit: PAGE_LIMIT, cursor, status }, clock.nowSeconds());
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === undefined) return ids;
  }
  throw new DomainError('conflict', 'There are too many API tokens to count. Delete expired API tokens first.');
}
