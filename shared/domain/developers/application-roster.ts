import type { Clock } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import { type Client, type ClientRoster, rosterKey } from '../records/client.ts';
import type { Look, RecordReader } from '../records/look.ts';

/**
 * Each developer has one record, the roster, with the ids of all applications that the developer owns. It keeps the
 * maximum while many requests register applications at the same time, because each of them writes its id into the same
 * version. Whether an application still exists, its own record says.
 */

/** After this time, an entry without an application is from a registration that was interrupted. */
const REGISTRATION_SECONDS_MAX = 60;

interface Ports {
  readonly records: RecordReader;
  readonly rosters: RecordWriter<'roster'>;
  readonly clock: Clock;
}

/** An application that is being registered, and how many its developer may own. */
interface Registration {
  readonly developerId: string;
  readonly clientId: string;
  readonly maxApplications: number;
}

/**
 * Adds the id of a new application to the roster of its developer. The caller stores the application after this.
 * @throws DomainError `conflict` if the developer owns the maximum already
 */
export async function enterApplication(
  { developerId, clientId, maxApplications }: Registration,
  ports: Ports,
): Promise<void> {
  const key = rosterKey({ developerId });
  const now = ports.clock.nowSeconds();
  if ((await openLook(developerId, ports).find(key)) === undefined) {
    const roster: ClientRoster = { entries: [], createdAtSeconds: now, version: 1 };
    await ports.rosters.insert(key, roster).catch(ignoreConflict);
  }
  const enter = async (roster: ClientRoster): Promise<ClientRoster> => {
    const standing = await standingEntries(roster, openLook(developerId, ports), now);
    if (standing.length < maxApplications)
      return { ...roster, entries: [...standing, { clientId, addedAtSeconds: now }] };
    throw new DomainError(
      'conflict',
      `You already own ${maxApplications} applications, which is the maximum. Delete an application first.`,
    );
  };
  await changeRecord({ key, change: enter }, { records: ports.records, directory: ports.rosters });
}

/** Reads all applications of a developer, the oldest first. */
export async function applicationsOf(developerId: string, ports: Pick<Ports, 'records'>): Promise<readonly Client[]> {
  const look = openLook(developerId, ports);
  const { entries = [] } = (await look.find(rosterKey({ developerId }))) ?? {};
  const clients = await Promise.all(entries.map(({ clientId }) => look.client(clientId)));
  return clients.filter((client) => client?.ownerUserId === developerId).filter((client) => client !== undefined);
}

/** Opens a look with a name of its own, because other looks at this user read other records. */
function openLook(developerId: string, { records }: Pick<Ports, 'records'>): Look {
  return records.open(`applications of ${developerId}`);
}

async function standingEntries({ entries }: ClientRoster, look: Look, now: number): Promise<ClientRoster['entries']> {
  const clients = await Promise.all(entries.map(({ clientId }) => look.client(clientId)));
  return entries.filter(
    ({ addedAtSeconds }, index) => clients[index] !== undefined || addedAtSeconds + REGISTRATION_SECONDS_MAX > now,
  );
}
