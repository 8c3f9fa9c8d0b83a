import { mayAssign, valuesAtSystem } from '../access/authority.ts';
import { isRoleFor } from '../access/standing.ts';
import { userStandingOf } from '../access/user-access.ts';
import { describedByApi, type PermissionsToGive } from '../directory/permissions-to-give.ts';
import { notFound } from '../errors.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import type { DirectoryLister } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type Role, roleList } from '../records/permissions.ts';
import {
  assertExists,
  exists,
  membershipList,
  type Tenant,
  tenantKey,
  type User,
  userKey,
} from '../records/principals.ts';
import { settingsIn, type WorkspaceSettings } from '../records/settings.ts';

/** A profile shows this many memberships. */
const MEMBERSHIPS_MAX = 100;

/** So many roles of the tenant, and of all tenants, are looked through for those that a member may assign. */
const ROLES_READ = 100;

/** A tenant of a person, with the person's roles there. */
export interface OwnMembership {
  readonly tenant: Pick<Tenant, 'id' | 'name'>;
  readonly roles: readonly Role[];
}

/** What a person may hand on in a tenant, with a token there that permits all that the person may. */
export interface OwnAuthority extends OwnMembership {
  readonly permissions: readonly PermissionsToGive[];
  readonly assignableRoles: readonly Role[];
}

/** Who a person is, where, and which API tokens the person may make. */
export interface OwnProfile {
  readonly user: User;
  readonly memberships: readonly OwnMembership[];
  /** Undefined for a person who does not administer the workspace; `all` for one who may do everything. */
  readonly workspaceRoles: readonly Role[] | 'all' | undefined;
  readonly apiTokens: WorkspaceSettings['apiTokens'];
}

interface Ports {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
}

/** Reads the profile of a person. @throws DomainError `not_found` for a deleted user */
export async function readOwnProfile(userId: string, { records, directoryList }: Ports): Promise<OwnProfile> {
  const look = records.open(`profile of ${userId}`);
  const [user, member, inWorkspace, { apiTokens }, { items }] = await Promise.all([
    look.find(userKey(userId)),
    look.find(workspaceMemberKey(userId)),
    userStandingOf({ userId }, look),
    settingsIn(look),
    directoryList.list(membershipList(userId), { limit: MEMBERSHIPS_MAX }),
  ]);
  assertExists(user);
  const memberships = await Promise.all(items.map(({ tenantId }) => readMembership({ userId, tenantId }, look)));
  const roles = member?.roleIds === 'all' ? 'all' : (inWorkspace?.roles ?? []);
  return {
    user,
    memberships: memberships.filter((membership) => membership !== undefined),
    workspaceRoles: member === undefined ? undefined : roles,
    apiTokens,
  };
}

/**
 * Reads what a person may hand on in one of their tenants.
 * @throws DomainError `not_found` for a tenant in which the person is no member
 */
export async function readOwnAuthority(
  { userId, tenantId }: { readonly userId: string; readonly tenantId: string },
  { records, directoryList }: Ports,
): Promise<OwnAuthority> {
  const look = records.open(`profile of ${userId}`);
  const [membership, standing, ofAll, ofTenant] = await Promise.all([
    readMembership({ userId, tenantId }, look),
    userStandingOf({ userId, tenantId }, look),
    directoryList.list(roleList(undefined), { limit: ROLES_READ }),
    directoryList.list(roleList(tenantId), { limit: ROLES_READ }),
  ]);
  if (membership === undefined || standing === undefined) throw notFound();
  const self = { ...standing, permissions: valuesAtSystem(standing.permissions) };
  const isAssignable = (role: Role) => isRoleFor(tenantId, role) && mayAssign(self, role);
  return {
    ...membership,
    permissions: await describedByApi(standing.permissions, look),
    assignableRoles: [...ofAll.items, ...ofTenant.items].filter(isAssignable),
  };
}

async function readMembership(
  place: { readonly userId: string; readonly tenantId: string },
  look: Look,
): Promise<OwnMembership | undefined> {
  const [tenant, standing] = await Promise.all([look.find(tenantKey(place.tenantId)), userStandingOf(place, look)]);
  return exists(tenant) && standing !== undefined ? { tenant, roles: standing.roles } : undefined;
}
