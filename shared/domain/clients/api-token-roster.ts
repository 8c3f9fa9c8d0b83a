import type { Clock } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import { type ApiTokenRoster, type ClientOwner, rosterKey } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { ClientLister } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';

/**
 * How `maxLive` holds while many create at once. The index of an owner's clients knows all of them, but lags a moment
 * behind, so it cannot count by itself. Therefore creations queue up for one versioned record, the owner's roster: it
 * names the tokens that the index may not know yet, and nobody enters it on top of an entry that he has not counted.
 * Index and roster give names only; whether a token lives is read consistently. A roster exists only where a limit is.
 */

/** After this the index knows a token; and an entry without a token is a creation that broke off. */
const LATELY_SECONDS = 60;

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
 * Enters a token that is about to be stored.
 * @throws DomainError `conflict` where its owner has `maxLive` already
 */
export async function enterRoster(
  { owner, clientId, maxLive }: { readonly owner: ClientOwner; readonly clientId: string; readonly maxLive: number },
  ports: Ports,
): Promise<void> {
  const key = rosterKey(owner);
  const now = ports.clock.nowSeconds();
  const listed = await listedIds(owner, ports);
  if ((await openRosterLook(key, ports).find(key)) === undefined) await openRoster(key, now, ports);
  const enter = async (roster: ApiTokenRoster): Promise<ApiTokenRoster> => {
    const recent = roster.entries.filter(({ addedAtSeconds }) => addedAtSeconds + LATELY_SECONDS > now);
    const live = await countLive({ listed, recent, now }, openRosterLook(key, ports));
    if (live < maxLive) return { ...roster, entries: [...recent, { clientId, addedAtSeconds: now }] };
    throw new DomainError(
      'conflict',
      `There are ${maxLive} API tokens already, the most that may be: delete one first.`,
    );
  };
  await changeRecord({ key, change: enter }, { records: ports.records, directory: ports.rosters });
}

/** Takes a token that is about to be deleted out, so that its place is free at once. */
export async function leaveRoster(
  owner: ClientOwner,
  clientId: string,
  { records, rosters }: Pick<Ports, 'records' | 'rosters'>,
): Promise<void> {
  const key = rosterKey(owner);
  const roster = await openRosterLook(key, { records }).find(key);
  if (roster?.entries.some((entry) => entry.clientId === clientId) !== true) return;
  const leave = (before: ApiTokenRoster): ApiTokenRoster => ({
    ...before,
    entries: before.entries.filter((entry) => entry.clientId !== clientId),
  });
  await changeRecord({ key, change: leave }, { records, directory: rosters });
}

/** Not by the owner's id alone: looks at the owner need other records. */
function openRosterLook({ id }: RosterKey, { records }: Pick<Ports, 'records'>): Look {
  return records.open(`roster of ${id}`);
}

async function openRoster(key: RosterKey, nowSeconds: number, { rosters }: Ports): Promise<void> {
  const roster = { entries: [], createdAtSeconds: nowSeconds, version: 1 };
  await rosters.insert(key, roster).catch(ignoreConflict);
}

/** Disabled tokens count, because they can be enabled again; so does one that is just being created. */
async function countLive(
  { listed, recent, now }: { listed: readonly string[]; recent: ApiTokenRoster['entries']; now: number },
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

/** The expired ones are left out where they are listed, or those of years would have to be counted. */
async function listedIds(owner: ClientOwner, ports: Ports): Promise<readonly string[]> {
  const ids = await Promise.all((['active', 'disabled'] as const).map((status) => idsWith(status, owner, ports)));
  return ids.flat();
}

async function idsWith(status: 'active' | 'disabled', owner: ClientOwner, { clientList, clock }: Ports) {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const page = await clientList.list(owner, { limit: PAGE_LIMIT, cursor, status }, clock.nowSeconds());
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === undefined) return ids;
  }
  throw new DomainError('conflict', 'There are too many API tokens to count: delete those that have expired first.');
}
