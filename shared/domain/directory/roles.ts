import type { ManagementCaller } from '../access/authority.ts';
import { withStandingPermissions } from '../access/references.ts';
import { assertMayManageRole } from '../access/role-authority.ts';
import { isRoleFor } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { patchedMember } from '../json.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import { claimName, releaseName } from '../records/claim-name.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import {
  AUTHORITY_BYTES_MAX,
  bytesOf,
  nameKey,
  ROLE_BYTES_MAX,
  ROLES_MAX,
  type Role,
  type RoleKind,
  roleList,
  roleNameKey,
  roleRecordKey,
} from '../records/permissions.ts';
import { assertExists, tenantKey } from '../records/principals.ts';
import { assertRoomForDefault, defaultRoleIds, setDefault } from './default-roles.ts';
import { findPermissions, type NamedPermission, requireDeclared } from './role-permissions.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

interface WritingPorts extends Ports {
  readonly clock: Clock;
  readonly random: Random;
}

/** Names a role. It is a role of the tenant, or without a tenant a role of the workspace. */
export interface RolePath {
  readonly tenantId?: string | undefined;
  readonly roleId: string;
}

/**
 * A role, with the mark of default roles: a new member gets these if the request names no roles. It shows only
 * permissions that an API declares now.
 */
export interface ShownRole extends Role {
  readonly isDefault: boolean;
}

/** A role to create. */
export interface RoleRequest {
  /** The name of the role in tokens. It never changes. */
  readonly key: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** A smaller level is stronger. */
  readonly level: number;
  readonly permissions: readonly NamedPermission[];
  readonly isDefault?: boolean | undefined;
  /** `tenant` if the request does not say. The kind of a role never changes. */
  readonly kind?: RoleKind | undefined;
}

/**
 * Creates a role of a tenant, or one for all tenants or for the workspace itself if `tenantId` is undefined.
 * @throws DomainError `not_found` for the tenant; `forbidden` for a role stronger than the caller; `invalid_request`
 * for a permission that no API declares; `conflict` if another role of the tenant or of the workspace has the key, and
 * for too many default roles
 */
export async function createRole(
  caller: ManagementCaller,
  tenantId: string | undefined,
  { isDefault = false, kind = 'tenant', ...request }: RoleRequest,
  ports: WritingPorts,
): Promise<ShownRole> {
  const id = newId('rol', ports.random);
  const look = ports.records.open(id);
  if (tenantId !== undefined) assertExists(await look.find(tenantKey(tenantId)));
  const permissions = await findPermissions(request.permissions, look, { bytesMax: ROLE_BYTES_MAX });
  assertMayManageRole(caller, { level: request.level, permissions });
  const createdAtSeconds = ports.clock.nowSeconds();
  const role: Role = {
    ...request,
    id,
    kind,
    tenantId,
    permissions: requireDeclared(permissions),
    createdAtSeconds,
    version: 1,
  };
  if (isDefault) await assertMayBeDefault(role, look);
  await claimKey(role, { ...ports, look });
  await ports.directory.insert(roleRecordKey(id), role);
  if (isDefault) {
    await setDefault(role, true, ports).catch(async (error: unknown) => {
      // Another request took the last place meanwhile. A refused request must not leave a role.
      await removeRole(role, { ...ports, look });
      throw error;
    });
  }
  return { ...role, isDefault };
}

/** New members of a tenant get the default roles, so a role of the workspace is never one. */
async function assertMayBeDefault(role: Role, look: Look): Promise<void> {
  if (role.kind === 'tenant') return assertRoomForDefault(role, look);
  throw new DomainError('invalid_request', 'A role of the workspace cannot be a default role.', { field: 'isDefault' });
}

/**
 * Reads one role. Only callers of the workspace see roles of the workspace.
 * @throws DomainError `not_found`, also if the role does not belong to the tenant or workspace of the path
 */
export async function getRole(
  caller: ManagementCaller,
  path: RolePath,
  { records }: Pick<Ports, 'records'>,
): Promise<ShownRole> {
  const look = records.open(path.roleId);
  const role = await findRole(path, look);
  if (!isVisible(caller, role)) throw notFound();
  return toShownRole(role, look);
}

function isVisible({ scope }: ManagementCaller, { kind }: Role): boolean {
  return kind === 'tenant' || scope.type === 'workspace';
}

/**
 * Lists the roles of a tenant, or the roles of no tenant if `tenantId` is undefined, a page at a time. Pages for callers
 * of tenants lack the roles of the workspace, and may be short.
 * @throws DomainError `not_found` for the tenant; `invalid_request` if the cursor is malformed
 */
export async function listRoles(
  caller: ManagementCaller,
  tenantId: string | undefined,
  page: PageRequest,
  { records, directoryList }: Pick<Ports, 'records'> & { readonly directoryList: DirectoryLister },
): Promise<Page<ShownRole>> {
  const look = records.open(tenantId ?? 'workspace');
  if (tenantId !== undefined) assertExists(await look.find(tenantKey(tenantId)));
  const [{ items, nextCursor }, defaults] = await Promise.all([
    directoryList.list(roleList(tenantId), page),
    defaultRoleIds(tenantId, look),
  ]);
  const show = async (role: Role) => ({
    ...(await withStandingPermissions(role, look)),
    isDefault: defaults.includes(role.id),
  });
  const visible = items.filter((role) => isVisible(caller, role));
  return { items: await Promise.all(visible.map(show)), nextCursor };
}

/** A change to a role. A member that is undefined stays as it is. Tokens carry the key, so it never changes. */
export interface RolePatch {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly level?: number | undefined;
  readonly permissions?: readonly NamedPermission[] | undefined;
  readonly isDefault?: boolean | undefined;
}

/**
 * Changes a role. For subjects with this role, the change takes effect at the next exchange, introspection or online
 * check.
 * @throws DomainError as `getRole` and `changeRecord` do; `forbidden` if the role is stronger than the caller before or
 * after the change; `invalid_request` for a permission that no API declares; `conflict` for too many default roles
 */
export async function updateRole(
  caller: ManagementCaller,
  path: RolePath,
  { patch, expectedVersion }: { readonly patch: RolePatch; readonly expectedVersion: number | undefined },
  ports: WritingPorts,
): Promise<ShownRole> {
  const look = ports.records.open(path.roleId);
  const found = await findRole(path, look);
  assertMayManageRole(caller, found);
  const holder = { bytesMax: ROLE_BYTES_MAX, before: found.permissions };
  const permissions = patch.permissions && (await findPermissions(patch.permissions, look, holder));
  assertMayManageRole(caller, { level: patch.level ?? found.level, permissions: permissions ?? [] });
  const declared = permissions && requireDeclared(permissions);
  if (patch.isDefault === true) await assertMayBeDefault(found, look);
  const change = (before: Role): Role => {
    // Check again, because another request may have made the role stronger meanwhile.
    assertMayManageRole(caller, before);
    return {
      ...before,
      name: patch.name ?? before.name,
      description: patchedMember(before.description, patch.description),
      level: patch.level ?? before.level,
      permissions: declared ?? before.permissions,
    };
  };
  const role = await changeRecord({ key: roleRecordKey(path.roleId), expectedVersion, change }, ports);
  if (patch.isDefault !== undefined) await setDefault(role, patch.isDefault, ports);
  return toShownRole(role, ports.records.open(path.roleId));
}

/**
 * Deletes a role. Subjects with this role lose its permissions at the next exchange, introspection or online check.
 * @throws DomainError `not_found`; `forbidden` for a role stronger than the caller; `conflict` if the role changed
 * meanwhile; `precondition_failed` for another version than expected
 */
export async function deleteRole(
  caller: ManagementCaller,
  path: RolePath,
  ports: Ports,
  expectedVersion?: number,
): Promise<void> {
  const look = ports.records.open(path.roleId);
  const role = await findRole(path, look);
  assertMayManageRole(caller, role);
  assertVersion(role, expectedVersion);
  await removeRole(role, { ...ports, look });
}

async function removeRole(role: Role, ports: Ports & { readonly look: Look }): Promise<void> {
  if (!(await ports.directory.remove(roleRecordKey(role.id), role.version))) throw changedMeanwhile();
  await releaseName({ key: roleNameKey(role), owner: roleRecordKey(role.id) }, ports);
}

/** The holder of roles in a request: its tenant (undefined for the workspace), and the ids of roles that it had before. */
interface RoleHolder {
  readonly tenantId: string | undefined;
  readonly before?: readonly string[] | undefined;
}

/**
 * Finds the roles that a request wants to assign to a holder. Equal ids give one role. A deleted role that the holder
 * had before is left out, so that a record can be written back as it was read. The error for a role of another tenant
 * is the same as for an unknown role (T6).
 * @throws DomainError `invalid_request`, also as `assertFits` does
 */
export async function findAssignedRoles(
  roleIds: readonly string[],
  look: Look,
  { tenantId, before = [] }: RoleHolder,
): Promise<readonly Role[]> {
  const ids = [...new Set(roleIds)];
  const roles = await Promise.all(ids.map((id) => look.find(roleRecordKey(id))));
  const assigned = roles.flatMap((role, index) => {
    if (role !== undefined && isRoleFor(tenantId, role)) return [role];
    if (role === undefined && before.includes(ids[index] ?? '')) return [];
    throw new DomainError('invalid_request', 'There is no role with this id that can be assigned here.', {
      field: 'roleIds',
    });
  });
  assertFits(assigned, before);
  return assigned;
}

/**
 * Checks how many roles a holder gets, and how many bytes they have: every exchange reads them. Roles of an earlier
 * version may have more bytes than a role may have now. Roles that the holder had before are not refused.
 * @throws DomainError `invalid_request` if a role is new and the roles are too many, or have too many bytes together
 */
export function assertFits(roles: readonly Role[], before: readonly string[] = []): void {
  if (roles.every(({ id }) => before.includes(id))) return;
  const bytes = roles.reduce((sum, { permissions }) => sum + bytesOf(permissions), 0);
  if (roles.length <= ROLES_MAX && bytes <= AUTHORITY_BYTES_MAX) return;
  const limits = `${ROLES_MAX} roles at most, with ${AUTHORITY_BYTES_MAX} bytes of permissions together`;
  throw new DomainError('invalid_request', `A principal gets ${limits}.`, { field: 'roleIds' });
}

async function findRole({ tenantId, roleId }: RolePath, look: Look): Promise<Role> {
  const [tenant, role] = await Promise.all([
    tenantId === undefined ? undefined : look.find(tenantKey(tenantId)),
    look.find(roleRecordKey(roleId)),
  ]);
  if (tenantId !== undefined) assertExists(tenant);
  if (role === undefined || role.tenantId !== tenantId) throw notFound();
  return role;
}

async function toShownRole(role: Role, look: Look): Promise<ShownRole> {
  const [shown, defaults] = await Promise.all([
    withStandingPermissions(role, look),
    defaultRoleIds(role.tenantId, look),
  ]);
  return { ...shown, isDefault: defaults.includes(role.id) };
}

/**
 * Claims the key of a new role. Tokens carry keys, so a role of a tenant must not have the key of a role of the
 * workspace.
 * @throws DomainError `conflict` if another role has the key
 */
async function claimKey(role: Role, ports: WritingPorts & { readonly look: Look }): Promise<void> {
  const { look } = ports;
  const claim = role.tenantId === undefined ? undefined : await look.find(nameKey('role', role.key));
  if (claim !== undefined && (await look.find(roleRecordKey(claim.ownerId))) !== undefined) {
    throw new DomainError('conflict', 'Another role has this key.', { field: 'key' });
  }
  await claimName({ key: roleNameKey(role), field: 'key', owner: roleRecordKey(role.id) }, ports);
}
