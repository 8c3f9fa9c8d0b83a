import { assertHolds, assertMayAssign, type ManagementCaller } from '../access/authority.ts';
import { enterFullMember, leaveFullMembers } from '../access/full-members.ts';
import { rolesById } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { assertMayBeChosen, newId } from '../ids.ts';
import { type JsonObject, patchedMember } from '../json.ts';
import { acceptedMetadata, mergeMetadata } from '../metadata.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import { changeRecord, type DirectoryWriter, type RecordWriter } from '../records/change-record.ts';
import { claimName, releaseName } from '../records/claim-name.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';
import { assertExists, exists, membershipList, type User, userKey, userList } from '../records/principals.ts';
import { noteRemoval } from '../records/removals.ts';

const MEMBERSHIPS_A_PAGE = 100;

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

/** A user to create. The request may have an id, for users that come from another product. */
export interface UserRequest {
  readonly email: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly metadata?: JsonObject | undefined;
}

/**
 * Creates a user. E-mail addresses are compared in lower case.
 * @throws DomainError `conflict` if another user has the address, or if the id is in use or was in use before;
 * `invalid_request` if the id is not the id of a user
 */
export async function createUser(
  request: UserRequest,
  ports: Pick<Ports, 'records'> & {
    readonly directory: RecordWriter<'user' | 'name'>;
    readonly clock: Clock;
    readonly random: Random;
  },
): Promise<User> {
  const { name, id = newId('usr', ports.random) } = request;
  const metadata = acceptedMetadata(request.metadata);
  assertMayBeChosen(id, 'usr');
  const email = request.email.toLowerCase();
  const look = ports.records.open(id);
  if (request.id !== undefined) await assertFree(id, look);
  await claimName({ key: nameKey('email', email), field: 'email', owner: userKey(id) }, { ...ports, look });
  const createdAtSeconds = ports.clock.nowSeconds();
  const user: User = { id, email, name, metadata, status: 'active', createdAtSeconds, version: 1 };
  await ports.directory.insert(userKey(id), user);
  return user;
}

/**
 * Checks that the id is free. The address is claimed later, so that the caller can use it again with another id.
 * @throws DomainError `conflict`
 */
async function assertFree(id: string, look: Look): Promise<void> {
  if ((await look.find(userKey(id))) === undefined) return;
  throw new DomainError('conflict', 'This id or name is in use, or was in use before.', { field: 'id' });
}

/** Reads one user. @throws DomainError `not_found`, also for a deleted user */
export async function getUser(id: string, { records }: Pick<Ports, 'records'>): Promise<User> {
  const user = await records.open(id).find(userKey(id));
  assertExists(user);
  return user;
}

/** Lists the users, a page at a time. @throws DomainError `invalid_request` if the cursor is malformed */
export function listUsers(
  page: PageRequest,
  { directoryList }: { readonly directoryList: DirectoryLister },
): Promise<Page<User>> {
  return directoryList.list(userList, page);
}

/** A change to a user. While a user is disabled, the user's personal tokens are inactive. */
export interface UserPatch {
  readonly email?: string | undefined;
  readonly name?: string | null | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  /** Whether the user may own applications where the settings invite developers. */
  readonly developer?: boolean | undefined;
  readonly metadata?: JsonObject | null | undefined;
}

/**
 * Changes a user. A new e-mail address is claimed before the change, and the old address is released after it, so two
 * users never have the same address. If a change is interrupted, its claim ends after some time. A new address is not
 * verified, and ends the user's sessions. A person who reads its mails can log in as the user, so the caller must be
 * allowed to give all that the user has.
 * @throws DomainError as `changeRecord` does; `conflict` if another user has the address, and to disable the last
 * workspace member who may do everything; `forbidden` for a new address
 * of a user who has more than the caller may give; `not_found` for a deleted user, for any version
 */
export async function updateUser(
  caller: ManagementCaller,
  id: string,
  patch: UserPatch,
  expectedVersion: number | undefined,
  ports: Ports & { readonly directoryList: DirectoryLister; readonly clock: Clock; readonly random: Random },
): Promise<User> {
  await getUser(id, ports);
  let releaseOldAddress: (() => Promise<void>) | undefined;
  const change = async (before: User): Promise<User | undefined> => {
    if (!exists(before)) return undefined;
    const after: User = {
      ...before,
      email: patch.email?.toLowerCase() ?? before.email,
      name: patchedMember(before.name, patch.name),
      status: patch.status ?? before.status,
      isDeveloper: (patch.developer ?? before.isDeveloper) || undefined,
      metadata: mergeMetadata(before.metadata, patch.metadata),
    };
    if (before.status === 'active' && after.status === 'disabled') await leaveFullMembers(id, ports);
    if (after.email === before.email) return after;
    await assertMayBecome(caller, id, ports);
    releaseOldAddress = await moveAddress(before, after, ports);
    return { ...after, isEmailVerified: undefined, signedOutBeforeSeconds: ports.clock.nowSeconds() + 1 };
  };
  const changed = await changeRecord({ key: userKey(id), expectedVersion, change }, ports);
  await releaseOldAddress?.();
  if (patch.status === 'active') await enterFullMember(id, ports);
  return changed;
}

/**
 * Checks that a caller may give everything that a user has in the workspace and in tenants.
 * @throws DomainError `forbidden`
 */
async function assertMayBecome(
  caller: ManagementCaller,
  userId: string,
  { records, directoryList }: Pick<Ports, 'records'> & { readonly directoryList: DirectoryLister },
): Promise<void> {
  const look = records.open(`authority of ${userId}`);
  const member = await look.find(workspaceMemberKey(userId));
  if (member?.roleIds === 'all') assertHolds(caller, 'all');
  else assertMayAssign(caller, await rolesById(member?.roleIds ?? [], undefined, look));
  let cursor: string | undefined;
  do {
    const page = await directoryList.list(membershipList(userId), { limit: MEMBERSHIPS_A_PAGE, cursor });
    const held = page.items.map(({ roleIds, tenantId }) => rolesById(roleIds, tenantId, look));
    assertMayAssign(caller, (await Promise.all(held)).flat());
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/**
 * Claims the new address of a user. The result is a function that releases the old address, if the claim did not change
 * since.
 */
async function moveAddress(
  before: User,
  after: User,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<() => Promise<void>> {
  const look = ports.records.open(before.id);
  const owner = userKey(before.id);
  const old = nameKey('email', before.email);
  const claim = { key: nameKey('email', after.email), field: 'email', owner };
  await Promise.all([look.find(old), claimName(claim, { ...ports, look })]);
  return () => releaseName({ key: old, owner }, { ...ports, look });
}

/**
 * Deletes a user. The user's personal tokens are inactive from now on. The record stays, for the same reason as in
 * `deleteTenant`, but has no data of the person. A run of `removeDeleted` removes the memberships.
 * @throws DomainError as `changeRecord` does; `not_found` for a deleted user, for any version; `conflict` for the last
 * workspace member who may do everything
 */
export async function deleteUser(
  id: string,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<void> {
  await getUser(id, ports);
  let email = '';
  const change = async (user: User): Promise<User | undefined> => {
    if (!exists(user)) return undefined;
    email = user.email;
    await leaveFullMembers(id, ports);
    await noteRemoval({ type: 'user', userId: id, email }, ports);
    const { createdAtSeconds, version } = user;
    return { id, email: '', status: 'deleted', createdAtSeconds, version };
  };
  await changeRecord({ key: userKey(id), expectedVersion, change }, ports);
  const look = ports.records.open(id);
  await releaseName({ key: nameKey('email', email), owner: userKey(id) }, { ...ports, look });
}
