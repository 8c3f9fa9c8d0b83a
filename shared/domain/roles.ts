import { changeRecord } from './change-record.ts';
import { findApi } from './entitlement.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from './errors.ts';
import { newId } from './ids.ts';
import { claimName, releaseName } from './names.ts';
import type { Clock, DirectoryWriter, Look, Random, StandingReader } from './ports.ts';
import { nameKey, type PermissionReference, type Role } from './records.ts';

interface Ports {
  readonly standing: StandingReader;
  readonly directory: DirectoryWriter;
}

/** A permission as a caller names it: the API by its identifier. */
export interface NamedPermission {
  readonly api: string;
  readonly value: string;
}

/**
 * Creates a role. A smaller level is stronger.
 * @throws DomainError `conflict` for a key that another role has, `invalid_request` for an undeclared permission
 */
export async function createRole(
  request: {
    readonly key: string;
    readonly name: string;
    readonly description?: string | undefined;
    readonly level: number;
    readonly permissions: readonly NamedPermission[];
  },
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<Role> {
  const id = newId('rol', ports.random);
  const look = ports.standing.open(id);
  const permissions = await findPermissions(request.permissions, look);
  await claimName({ key: nameKey('role', request.key), field: 'key', owner: { kind: 'role', id } }, { ...ports, look });
  const createdAtSeconds = ports.clock.nowSeconds();
  const role: Role = { ...request, id, permissions, createdAtSeconds, version: 1 };
  await ports.directory.insert('role', id, role);
  return role;
}

/** @throws DomainError `not_found` */
export async function getRole(id: string, { standing }: Pick<Ports, 'standing'>): Promise<Role> {
  const role = await standing.open(id).find('role', id);
  if (role === undefined) throw notFound();
  return role;
}

/** What may change about a role; its key stays, because tokens carry it. */
export interface RoleChange {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly level?: number | undefined;
  readonly permissions?: readonly NamedPermission[] | undefined;
}

/**
 * Changes a role; whoever has it gains or loses with the next exchange, introspection or online check.
 * @throws DomainError as `changeRecord` does, and `invalid_request` for an undeclared permission
 */
export async function updateRole(
  id: string,
  patch: RoleChange,
  expectedVersion: number | undefined,
  ports: Ports,
): Promise<Role> {
  const look = ports.standing.open(id);
  const permissions = patch.permissions && (await findPermissions(patch.permissions, look));
  const change = (role: Role): Role => ({
    ...role,
    name: patch.name ?? role.name,
    description: patch.description === undefined ? role.description : (patch.description ?? undefined),
    level: patch.level ?? role.level,
    permissions: permissions ?? role.permissions,
  });
  return changeRecord({ kind: 'role', key: id, expectedVersion, change }, ports);
}

/**
 * Deletes a role; whoever had it loses its permissions with the next exchange, introspection or online check.
 * @throws DomainError `not_found`
 */
export async function deleteRole(id: string, ports: Ports, expectedVersion?: number): Promise<void> {
  const look = ports.standing.open(id);
  const role = await look.find('role', id);
  if (role === undefined) throw notFound();
  assertVersion(role, expectedVersion);
  if (!(await ports.directory.remove('role', id, role.version))) throw changedMeanwhile();
  await releaseName({ key: nameKey('role', role.key), owner: { kind: 'role', id } }, { ...ports, look });
}

/** The roles behind ids that a caller sent; an unknown one is the caller's mistake, whoever else may know it. */
export async function findAssignedRoles(roleIds: readonly string[], look: Look): Promise<readonly Role[]> {
  const roles = await Promise.all([...new Set(roleIds)].map((id) => look.find('role', id)));
  return roles.map((role) => {
    if (role === undefined) throw new DomainError('invalid_request', 'There is no such role.', { field: 'roleIds' });
    return role;
  });
}

/**
 * The permissions that a caller names.
 * @throws DomainError `invalid_request` for one that no API declares
 */
export function findPermissions(
  named: readonly NamedPermission[],
  look: Look,
): Promise<readonly PermissionReference[]> {
  return Promise.all(named.map((permission) => findPermission(permission, look)));
}

async function findPermission({ api: identifier, value }: NamedPermission, look: Look): Promise<PermissionReference> {
  const api = await findApi(identifier, look);
  if (api === undefined || !api.permissions.some((permission) => permission.value === value)) {
    throw new DomainError('invalid_request', 'No API with this identifier declares such a permission.', {
      field: 'permissions',
    });
  }
  return { apiId: api.id, api: identifier, value };
}
