import { assertHolds, assertMayAssign, type ManagementCaller } from '../access/authority.ts';
import { isRoleFor } from '../access/standing.ts';
import { findDefaultRoles } from '../directory/default-roles.ts';
import { assertFits, findAssignedRoles } from '../directory/roles.ts';
import type { Invitation, InvitedRole } from '../people-records/invitation.ts';
import type { Look } from '../records/look.ts';
import { type Role, roleRecordKey, SYSTEM_API_ID } from '../records/permissions.ts';

/** The roles that a request names, `all` for a workspace member who may do everything, or the default roles. */
export type RequestedRoles = readonly string[] | 'all' | undefined;

/** The roles of an invitation, and those that it had before. */
interface Wanted {
  readonly tenantId: string | undefined;
  readonly roleIds: RequestedRoles;
  readonly before?: readonly string[] | undefined;
}

/**
 * Finds the roles of an invitation, if the caller may assign them. Without roles in the request, a tenant's invitation
 * has the default roles.
 * @throws DomainError `invalid_request` for an unknown role; `forbidden` for roles stronger than the caller
 */
export async function rolesToInvite(
  caller: ManagementCaller,
  { tenantId, roleIds, before }: Wanted,
  look: Look,
): Promise<readonly Role[] | 'all'> {
  if (roleIds === 'all') {
    assertHolds(caller, 'all');
    return 'all';
  }
  const isDefault = tenantId !== undefined && roleIds === undefined;
  const roles = isDefault
    ? await findDefaultRoles(tenantId, look)
    : await findAssignedRoles(roleIds ?? [], look, { tenantId, before });
  assertFits(roles);
  assertMayAssign(caller, roles);
  return roles;
}

/** Notes how strong a role is now. */
export function noteRole({ id, level, permissions }: Role): InvitedRole {
  return { id, level, permissions: managementPermissions(permissions) };
}

/**
 * Returns the roles of an invitation that the inviter could still hand on: they exist, and since the invitation none of
 * them got a stronger level or another permission at the management API. The others are left out.
 */
export async function rolesStillAsInvited(
  { tenantId, roles }: Invitation & { readonly roles: readonly InvitedRole[] },
  look: Look,
): Promise<readonly Role[]> {
  const found = await Promise.all(roles.map(({ id }) => look.find(roleRecordKey(id))));
  return found.flatMap((role, index) => {
    const noted = roles[index];
    return role !== undefined && noted !== undefined && isRoleFor(tenantId, role) && isWithin(noted, role)
      ? [role]
      : [];
  });
}

function isWithin(noted: InvitedRole, { level, permissions }: Role): boolean {
  return level >= noted.level && managementPermissions(permissions).every((value) => noted.permissions.includes(value));
}

function managementPermissions(permissions: Role['permissions']): readonly string[] {
  return permissions.filter(({ apiId }) => apiId === SYSTEM_API_ID).map(({ value }) => value);
}
