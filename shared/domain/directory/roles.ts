import type { ManagementCaller } from '../access/authority.ts';
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
import { nameKey, type Role, roleList, roleNameKey, roleRecordKey } from '../records/permissions.ts';
import { assertExists, tenantKey } from '../records/principals.ts';
import { assertRoomForDefault, defaultRoleIds, setDefault } from './default-roles.ts';
import { declared, findPermissions, type NamedPermission } from './role-permissions.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

interface WritingPorts extends Ports {
  readonly clock: Clock;
  readonly random: Random;
}

/** Which role: one of a tenant, or without a tenant one of the workspace. */
export interface RolePath {
  readonly tenantId?: string | undefined;
  readonly roleId: string;
}

/** A role, and whether new members get it who are given no others. */
export interface ShownRole extends Role {
  readonly isDefault: boolean;
}

export interface RoleRequest {
  readonly key: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly level: number;
  readonly permissions: readonly NamedPermission[];
  readonly isDefault?: boolean | undefined;
}

/**
 * Creates a role, of a tenant or without one for the workspace. A smaller level is stronger.
 * @throws DomainError `not_found` for the tenant; `forbidden` for a role stronger than the caller; `invalid_request` for
 * an undeclared permission; `conflict` for a key that another role of the same tenant has, or of the workspace, and for
 * too many default roles
 */
export async function createRole(
  caller: ManagementCaller,
  tenantId: string | undefined,
  { isDefault = false, ...request }: RoleRequest,
  ports: WritingPorts,
): Promise<ShownRole> {
  const id = newId('rol', ports.random);
  const look = ports.records.open(id);
  if (tenantId !== undefined) assertExists(await look.find(tenantKey(tenantId)));
  const permissions = await findPermissions(request.permissions, look);
  assertMayManageRole(caller, { level: request.level, permissions });
  const createdAtSeconds = ports.clock.nowSeconds();
  const role: Role = { ...request, id, tenantId, permissions: declared(permissions), createdAtSeconds, version: 1 };
  if (isDefault) await assertRoomForDefault(role, look);
  await claimKey(role, { ...ports, look });
  await ports.directory.insert(roleRecordKey(id), role);
  if (isDefault) {
    await setDefault(role, true, ports).catch(async (error: unknown) => {
      // Others took the last places meanwhile: a refusal leaves nothing behind.
      await removeRole(role, { ...ports, look });
      throw error;
    });
  }
  return { ...role, isDefault };
}

/** @throws DomainError `not_found`, also for a role of another tenant or, without a tenant, of any */
export async function getRole(path: RolePath, { records }: Pick<Ports, 'records'>): Promise<ShownRole> {
  const look = records.open(path.roleId);
  return shown(await findRole(path, look), look);
}

/** The roles of the workspace, or a tenant's own, a page at a time. @throws DomainError `not_found` */
export async function listRoles(
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
  return { items: items.map((role) => ({ ...role, isDefault: defaults.includes(role.id) })), nextCursor };
}

/** What may change about a role; its key stays, because tokens carry it. */
export interface RoleChange {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly level?: number | undefined;
  readonly permissions?: readonly NamedPermission[] | undefined;
  readonly isDefault?: boolean | undefined;
}

/**
 * Changes a role; whoever has it gains or loses with the next exchange, introspection or online check.
 * @throws DomainError as `getRole` and `changeRecord` do, `forbidden` where the role is stronger than the caller, before
 * or after the change, `invalid_request` for an undeclared permission, `conflict` for too many default roles
 */
export async function updateRole(
  caller: ManagementCaller,
  path: RolePath,
  { patch, expectedVersion }: { readonly patch: RoleChange; readonly expectedVersion: number | undefined },
  ports: WritingPorts,
): Promise<ShownRole> {
  const look = ports.records.open(path.roleId);
  const found = await findRole(path, look);
  assertMayManageRole(caller, found);
  const permissions = patch.permissions && (await findPermissions(patch.permissions, look));
  assertMayManageRole(caller, { level: patch.level ?? found.level, permissions: permissions ?? [] });
  const named = permissions && declared(permissions);
  if (patch.isDefault === true) await assertRoomForDefault(found, look);
  const change = (before: Role): Role => {
    // Once more, because somebody may have made the role stronger since.
    assertMayManageRole(caller, before);
    return {
      ...before,
      name: patch.name ?? before.name,
      description: patchedMember(before.description, patch.description),
      level: patch.level ?? before.level,
      permissions: named ?? before.permissions,
    };
  };
  const role = await changeRecord({ key: roleRecordKey(path.roleId), expectedVersion, change }, ports);
  if (patch.isDefault !== undefined) await setDefault(role, patch.isDefault, ports);
  return shown(role, ports.records.open(path.roleId));
}

/**
 * Deletes a role; whoever had it loses its permissions with the next exchange, introspection or online check.
 * @throws DomainError `not_found`, `forbidden` for a role stronger than the caller
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

/**
 * The roles behind ids that a caller sent, to be held in this tenant; one that is unknown or another tenant's is the
 * caller's mistake, whoever else may know it (T6).
 */
export async function findAssignedRoles(
  roleIds: readonly string[],
  look: Look,
  tenantId: string | undefined,
): Promise<readonly Role[]> {
  const roles = await Promise.all([...new Set(roleIds)].map((id) => look.find(roleRecordKey(id))));
  return roles.map((role) => {
    if (role !== undefined && isRoleFor(tenantId, role)) return role;
    throw new DomainError('invalid_request', 'There is no such role.', { field: 'roleIds' });
  });
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

async function shown(role: Role, look: Look): Promise<ShownRole> {
  return { ...role, isDefault: (await defaultRoleIds(role.tenantId, look)).includes(role.id) };
}

/** Tokens carry keys, so a tenant's role takes none of the workspace's. */
async function claimKey(role: Role, ports: WritingPorts & { readonly look: Look }): Promise<void> {
  const { look } = ports;
  const held = role.tenantId === undefined ? undefined : await look.find(nameKey('role', role.key));
  if (held !== undefined && (await look.find(roleRecordKey(held.ownerId))) !== undefined) {
    throw new DomainError('conflict', 'This key is taken.', { field: 'key' });
  }
  await claimName({ key: roleNameKey(role), field: 'key', owner: roleRecordKey(role.id) }, ports);
}
