import type { Client } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import { apiRecordKey, type PermissionReference, type Role } from '../records/permissions.ts';
import { rolesById } from './standing.ts';

/** A record that names roles. */
interface RoleHolder {
  readonly tenantId?: string | undefined;
  readonly roleIds: readonly string[];
}

/**
 * The record without the ids of deleted roles. Answers show it in this form, so that a record can be written back as it
 * was read.
 */
export async function withStandingRoles<Holder extends RoleHolder>(holder: Holder, look: Look): Promise<Holder> {
  const roles = await rolesById(holder.roleIds, holder.tenantId, look);
  return { ...holder, roleIds: roles.map(({ id }) => id) };
}

/** The record without permissions that no API declares now, also if another API has the identifier of its API. */
export async function withStandingPermissions<Holder extends Pick<Role, 'permissions'>>(
  holder: Holder,
  look: Look,
): Promise<Holder> {
  return { ...holder, permissions: await standingPermissions(holder.permissions, look) };
}

/** The API token without deleted roles, and without permissions that no API declares now. */
export async function withStandingReferences(client: Client, look: Look): Promise<Client> {
  const { subject, roleIds, permissions } = client;
  if (subject.type !== 'tenant') return client;
  const [roles, standing] = await Promise.all([
    rolesById(roleIds, subject.tenantId, look),
    permissions && standingPermissions(permissions, look),
  ]);
  return { ...client, roleIds: roles.map(({ id }) => id), permissions: standing };
}

async function standingPermissions(
  permissions: readonly PermissionReference[],
  look: Look,
): Promise<readonly PermissionReference[]> {
  const declared = await Promise.all(
    permissions.map(async ({ apiId, value }) => {
      const api = await look.find(apiRecordKey(apiId));
      return api?.permissions.some((permission) => permission.value === value) === true;
    }),
  );
  return permissions.filter((_, index) => declared[index]);
}
