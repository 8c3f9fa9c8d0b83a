import type { Clock, Random } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { firstVersion } from '../ids.ts';
import { FULL_MEMBERS_KEY, type FullMembers, workspaceMemberKey } from '../people-records/workspace-member.ts';
import { changeRecord, type RecordWriter } from '../records/change-record.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { userKey } from '../records/principals.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: RecordWriter<'fullMembers'>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Enters a user into the roster of those who may do everything, if the user is active and is such a member. It is called
 * after the change that makes one, so that the roster never names too many.
 */
export async function enterFullMember(userId: string, ports: Ports): Promise<void> {
  if (!(await isFullMember(userId, ports.records.open(`authority of ${userId}`)))) return;
  await changeRoster((others) => [...others, userId], userId, ports);
}

/**
 * Takes a user out of the roster of those who may do everything, before a change that ends it. The roster is one record,
 * so of two who leave at the same time one is the last. A user who is no such member is left alone.
 * @throws DomainError `conflict` for the last one: nobody else is active and may do everything
 */
export async function leaveFullMembers(userId: string, ports: Ports): Promise<void> {
  const member = await ports.records.open(`authority of ${userId}`).find(workspaceMemberKey(userId));
  if (member?.roleIds !== 'all') return;
  await changeRoster(
    (others) => {
      if (others.length > 0) return others;
      throw new DomainError(
        'conflict',
        'This is the last member who may do everything. Let another member do everything first.',
      );
    },
    userId,
    ports,
  );
}

/** Changes the roster, given all others who are in it and may still do everything. */
async function changeRoster(
  change: (others: readonly string[]) => readonly string[],
  userId: string,
  ports: Ports,
): Promise<void> {
  const { records, directory, clock, random } = ports;
  if ((await records.open('roster of members').find(FULL_MEMBERS_KEY)) === undefined) {
    const empty: FullMembers = {
      userIds: [],
      createdAtSeconds: clock.nowSeconds(),
      version: firstVersion(random),
    };
    await directory.insert(FULL_MEMBERS_KEY, empty).catch(ignoreConflict);
  }
  const changed = async (before: FullMembers): Promise<FullMembers> => {
    const look = records.open('roster of members');
    const others = before.userIds.filter((id) => id !== userId);
    const areFull = await Promise.all(others.map((id) => isFullMember(id, look)));
    return { ...before, userIds: change(others.filter((_, index) => areFull[index])) };
  };
  await changeRecord({ key: FULL_MEMBERS_KEY, change: changed }, { records, directory });
}

async function isFullMember(userId: string, look: Look): Promise<boolean> {
  const [user, member] = await Promise.all([look.find(userKey(userId)), look.find(workspaceMemberKey(userId))]);
  return user?.status === 'active' && member?.roleIds === 'all';
}
