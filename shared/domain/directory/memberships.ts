import { assertMayAssign, isWithinLevel, type ManagementCaller } from '../access/authority.ts';
import { withStandingRoles } from '../access/references.ts';
import { findMember, rolesById } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { firstVersion, newId } from '../ids.ts';
import type { DirectoryWriter } from '../records/change-record.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import {
  assertExists,
  exists,
  type Membership,
  memberList,
  membershipKey,
  membershipList,
  tenantKey,
  userKey,
} from '../records/principals.ts';
import { noteRemoval } from '../records/removals.ts';
import { findDefaultRoles } from './default-roles.ts';
import { assertFits, findAssignedRoles } from './roles.ts';
import { getTenant } from './tenants.ts';
import { getUser } from './users.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

/** Names the membership of a user in a tenant. */
export interface MembershipPath {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * Makes a user a member of a tenant, or gives a member other roles. If `roleIds` is undefined, a new member gets the
 * default roles, and an existing member keeps its roles. The caller must be allowed to assign the default roles, too.
 * A user who leaves and joins again gets a new membership, so the personal tokens of the old membership stay inactive.
 * @throws DomainError `not_found` for the tenant or the user; `invalid_request` for an unknown role; `forbidden` for a
 * role stronger than the caller; `conflict` if the membership changed meanwhile; `precondition_failed` for another
 * version than expected
 */
export async function setMember(
  caller: ManagementCaller,
  { tenantId, userId }: MembershipPath,
  roleIds: readonly string[] | undefined,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<Membership> {
  const look = ports.records.open(userId);
  const key = membershipKey(tenantId, userId);
  const [tenant, user, before] = await Promise.all([
    look.find(tenantKey(tenantId)),
    look.find(userKey(userId)),
    look.find(key),
  ]);
  assertExists(tenant);
  assertExists(user);
  await assertMayChange(caller, before, look);
  assertVersion(before, expectedVersion);
  const keepsRoles = roleIds === undefined && before !== undefined;
  const assigned = keepsRoles
    ? before.roleIds
    : await rolesToAssign(caller, roleIds, { tenantId, before: before?.roleIds }, look);
  if (before !== undefined) {
    const changed = { ...before, roleIds: assigned, version: before.version + 1 };
    if (!(await ports.directory.replace(key, changed))) throw changedMeanwhile();
    return withStandingRoles(changed, look);
  }
  const id = newId('mem', ports.random);
  const createdAtSeconds = ports.clock.nowSeconds();
  const version = firstVersion(ports.random);
  const membership: Membership = { id, tenantId, userId, roleIds: assigned, createdAtSeconds, version };
  await ports.directory.insert(key, membership);
  return membership;
}

/**
 * Checks that a caller may change or end a membership. To a caller of a tenant, users who are no members do not exist
 * (DEC6), and members with stronger roles than its own are out of its hands.
 * @throws DomainError `not_found`; `forbidden`
 */
async function assertMayChange(caller: ManagementCaller, before: Membership | undefined, look: Look): Promise<void> {
  if (caller.scope.type === 'workspace') return;
  if (before === undefined) throw notFound();
  const roles = await rolesById(before.roleIds, before.tenantId, look);
  if (roles.every((role) => isWithinLevel(caller, role))) return;
  throw new DomainError('forbidden', 'You may only change members whose roles are as strong as your own or weaker.');
}

/** Returns the ids of the requested roles, or of the default roles, if the caller may assign them. */
async function rolesToAssign(
  caller: ManagementCaller,
  roleIds: readonly string[] | undefined,
  holder: { readonly tenantId: string; readonly before: readonly string[] | undefined },
  look: Look,
): Promise<readonly string[]> {
  const roles =
    roleIds === undefined
      ? await findDefaultRoles(holder.tenantId, look)
      : await findAssignedRoles(roleIds, look, holder);
  assertFits(roles, holder.before);
  assertMayAssign(caller, roles);
  return roles.map((role) => role.id);
}

/** Reads the membership of a user in a tenant. @throws DomainError `not_found`, also if the user is deleted */
export async function getMember(path: MembershipPath, { records }: Pick<Ports, 'records'>): Promise<Membership> {
  const look = records.open(path.userId);
  return withStandingRoles(await requireMembership(path, look), look);
}

/**
 * Lists the members of a tenant, a page at a time.
 * @throws DomainError `not_found` for the tenant; `invalid_request` if the cursor is malformed
 */
export async function listMembers(
  tenantId: string,
  page: PageRequest,
  ports: Pick<Ports, 'records'> & { readonly directoryList: DirectoryLister },
): Promise<Page<Membership>> {
  await getTenant(tenantId, ports);
  const { items, nextCursor } = await ports.directoryList.list(memberList(tenantId), page);
  return { items: await shownMembers(items, ports), nextCursor };
}

/** The members without the ids of deleted roles. */
function shownMembers(members: readonly Membership[], { records }: Pick<Ports, 'records'>): Promise<Membership[]> {
  const look = records.open('roles of members');
  return Promise.all(members.map((member) => withStandingRoles(member, look)));
}

/**
 * Lists the memberships of a user, a page at a time. Memberships in deleted tenants are left out, so a page may be
 * short.
 * @throws DomainError `not_found` for the user; `invalid_request` if the cursor is malformed
 */
export async function listMembershipsOfUser(
  userId: string,
  page: PageRequest,
  ports: Pick<Ports, 'records'> & { readonly directoryList: DirectoryLister },
): Promise<Page<Membership>> {
  await getUser(userId, ports);
  const { items, nextCursor } = await ports.directoryList.list(membershipList(userId), page);
  const look = ports.records.open(userId);
  const tenants = await Promise.all(items.map(({ tenantId }) => look.find(tenantKey(tenantId))));
  const inTenants = items.filter((_, index) => exists(tenants[index]));
  return { items: await shownMembers(inTenants, ports), nextCursor };
}

/**
 * Removes a user from a tenant. The user's personal tokens in this tenant end with the membership.
 * @throws DomainError `not_found`; `forbidden` for a caller of the tenant whose roles are weaker than the member's; `conflict` if the membership changed meanwhile; `precondition_failed` for another
 * version than expected
 */
export async function deleteMember(
  caller: ManagementCaller,
  path: MembershipPath,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<void> {
  const look = ports.records.open(path.userId);
  const membership = await requireMembership(path, look);
  await assertMayChange(caller, membership, look);
  assertVersion(membership, expectedVersion);
  await noteRemoval({ type: 'membership', ...path, membershipId: membership.id }, ports);
  const key = membershipKey(path.tenantId, path.userId);
  if (!(await ports.directory.remove(key, membership.version))) throw changedMeanwhile();
}

async function requireMembership(path: MembershipPath, look: Look): Promise<Membership> {
  const [tenant, member] = await Promise.all([look.find(tenantKey(path.tenantId)), findMember(path, look)]);
  assertExists(tenant);
  if (member === undefined) throw notFound();
  return member.membership;
}
