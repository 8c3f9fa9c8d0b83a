import { assertHolds, assertMayAssign, type ManagementCaller } from '../access/authority.ts';
import { enterFullMember, leaveFullMembers } from '../access/full-members.ts';
import { rolesById } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, notFound } from '../errors.ts';
import { type WorkspaceMember, workspaceMemberKey, workspaceMemberList } from '../people-records/workspace-member.ts';
import type { DirectoryWriter, RecordWriter } from '../records/change-record.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { exists, userKey } from '../records/principals.ts';
import { noteRemoval } from '../records/removals.ts';
import { rolesToInvite } from './invited-roles.ts';

interface ReadingPorts {
  readonly records: RecordReader;
}

interface Ports extends ReadingPorts {
  readonly workspaceMembers: DirectoryWriter<'workspaceMember'> & RecordWriter<'fullMembers' | 'removal'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Reads a workspace member. @throws DomainError `not_found` */
export async function getWorkspaceMember(userId: string, { records }: ReadingPorts): Promise<WorkspaceMember> {
  const look = records.open(`member ${userId}`);
  return shown(await requireMember(userId, look), look);
}

/** Lists the workspace members, a page at a time. @throws DomainError `invalid_request` if the cursor is malformed */
export async function listWorkspaceMembers(
  page: PageRequest,
  { records, directoryList }: ReadingPorts & { readonly directoryList: DirectoryLister },
): Promise<Page<WorkspaceMember>> {
  const { items, nextCursor } = await directoryList.list(workspaceMemberList, page);
  const look = records.open('workspace members');
  const users = await Promise.all(items.map(({ userId }) => look.find(userKey(userId))));
  const standing = items.filter((_, index) => exists(users[index]));
  return { items: await Promise.all(standing.map((member) => shown(member, look))), nextCursor };
}

/**
 * Gives a workspace member other roles. The caller must be allowed to give what the member has before and after it.
 * @throws DomainError `not_found`; `invalid_request` for an unknown role; `forbidden`; `conflict` for the last member who
 * may do everything, or if the member changed meanwhile; `precondition_failed` for another version than expected
 */
export async function updateWorkspaceMember(
  caller: ManagementCaller,
  userId: string,
  { roleIds, expectedVersion }: { roleIds: readonly string[] | 'all' | undefined; expectedVersion: number | undefined },
  ports: Ports,
): Promise<WorkspaceMember> {
  const look = ports.records.open(`member ${userId}`);
  const before = await requireMember(userId, look);
  await assertMayHave(caller, before, look);
  assertVersion(before, expectedVersion);
  const held = before.roleIds === 'all' ? undefined : before.roleIds;
  const wanted = { tenantId: undefined, roleIds: roleIds ?? before.roleIds, before: held };
  const roles = await rolesToInvite(caller, wanted, look);
  const after: WorkspaceMember = {
    ...before,
    roleIds: roles === 'all' ? 'all' : roles.map(({ id }) => id),
    version: before.version + 1,
  };
  await changeMember(before, () => ports.workspaceMembers.replace(workspaceMemberKey(userId), after), ports);
  return shown(after, look);
}

/**
 * Removes a workspace member, who stays a user. The member's personal API tokens end with it. The caller must be allowed to give what the member has.
 * @throws DomainError as `updateWorkspaceMember` does
 */
export async function deleteWorkspaceMember(
  caller: ManagementCaller,
  userId: string,
  expectedVersion: number | undefined,
  ports: Ports,
): Promise<void> {
  const look = ports.records.open(`member ${userId}`);
  const before = await requireMember(userId, look);
  await assertMayHave(caller, before, look);
  assertVersion(before, expectedVersion);
  const key = workspaceMemberKey(userId);
  await noteRemoval(
    { type: 'workspaceMember', userId, membershipId: before.id },
    { ...ports, directory: ports.workspaceMembers },
  );
  await changeMember(before, () => ports.workspaceMembers.remove(key, before.version), ports);
}

/** Changes a member between leaving and entering the roster of those who may do everything. */
async function changeMember(
  { userId }: WorkspaceMember,
  write: () => Promise<boolean>,
  { workspaceMembers, ...others }: Ports,
): Promise<void> {
  const ports = { ...others, directory: workspaceMembers };
  await leaveFullMembers(userId, ports);
  const isWritten = await write();
  await enterFullMember(userId, ports);
  if (!isWritten) throw changedMeanwhile();
}

/** Checks that a caller may give everything that a member has. @throws DomainError `forbidden` */
async function assertMayHave(caller: ManagementCaller, { roleIds }: WorkspaceMember, look: Look): Promise<void> {
  if (roleIds === 'all') assertHolds(caller, 'all');
  else assertMayAssign(caller, await rolesById(roleIds, undefined, look));
}

async function requireMember(userId: string, look: Look): Promise<WorkspaceMember> {
  const [user, member] = await Promise.all([look.find(userKey(userId)), look.find(workspaceMemberKey(userId))]);
  if (!exists(user) || member === undefined) throw notFound();
  return member;
}

/** The member without the ids of deleted roles. */
async function shown(member: WorkspaceMember, look: Look): Promise<WorkspaceMember> {
  if (member.roleIds === 'all') return member;
  const roles = await rolesById(member.roleIds, undefined, look);
  return { ...member, roleIds: roles.map(({ id }) => id) };
}
