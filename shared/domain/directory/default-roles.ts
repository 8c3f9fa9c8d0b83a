import { isRoleFor } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { firstVersion } from '../ids.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import type { Versioned } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { ROLES_MAX, type Role, roleRecordKey } from '../records/permissions.ts';
import type { RecordKey } from '../records/record-key.ts';

/** The roles that a new member gets if the request names no roles. The workspace has a record, and each tenant. */
export interface DefaultRoles extends Versioned {
  /** Some of these roles may be deleted. */
  readonly roleIds: readonly string[];
}

/** Id of a tenant, or undefined for the workspace. */
type TenantId = string | undefined;

/** How many default roles the workspace may have, and each tenant. */
const DEFAULT_ROLES_MAX = ROLES_MAX / 2;

/** The key of the default roles of a tenant or of the workspace. */
export function defaultRolesKey(tenantId: TenantId): RecordKey<'defaultRoles', DefaultRoles> {
  return { kind: 'defaultRoles', id: tenantId === undefined ? 'workspace' : `tenant/${tenantId}` };
}

/** Reads the ids of the default roles of a tenant or of the workspace. Some of these roles may be deleted. */
export async function defaultRoleIds(tenantId: TenantId, look: Look): Promise<readonly string[]> {
  return (await look.find(defaultRolesKey(tenantId)))?.roleIds ?? [];
}

/** Finds the default roles for a new member of a tenant: those of the workspace and those of the tenant. */
export async function findDefaultRoles(tenantId: string, look: Look): Promise<readonly Role[]> {
  const ids = await Promise.all([defaultRoleIds(undefined, look), defaultRoleIds(tenantId, look)]);
  const roles = await findRoles(ids.flat(), look);
  return roles.filter((role) => isRoleFor(tenantId, role));
}

/** Checks that there is room for one more default role. @throws DomainError `conflict` if there is no room */
export async function assertRoomForDefault({ tenantId, id }: Pick<Role, 'tenantId' | 'id'>, look: Look): Promise<void> {
  await addRoleId(await defaultRoleIds(tenantId, look), id, look);
}

/**
 * Makes a role a default role, or ends this. One record holds all default roles of a tenant, so that simultaneous
 * changes cannot exceed the limit.
 * @throws DomainError `conflict` if there are too many default roles, or if other changes kept winning
 */
export async function setDefault(
  { tenantId, id }: Pick<Role, 'tenantId' | 'id'>,
  isDefault: boolean,
  ports: {
    readonly records: RecordReader;
    readonly directory: DirectoryWriter;
    readonly clock: Clock;
    readonly random: Random;
  },
): Promise<void> {
  const key = defaultRolesKey(tenantId);
  const look = ports.records.open(key.id);
  if ((await look.find(key)) === undefined) {
    const createdAtSeconds = ports.clock.nowSeconds();
    const empty: DefaultRoles = { roleIds: [], createdAtSeconds, version: firstVersion(ports.random) };
    await ports.directory.insert(key, empty).catch(ignoreConflict);
  }
  const change = async (before: DefaultRoles): Promise<DefaultRoles> => ({
    ...before,
    roleIds: isDefault
      ? await addRoleId(before.roleIds, id, ports.records.open(key.id))
      : before.roleIds.filter((other) => other !== id),
  });
  await changeRecord({ key, change }, ports);
}

/** Adds a role id, and drops the ids of deleted roles to make room. */
async function addRoleId(ids: readonly string[], id: string, look: Look): Promise<readonly string[]> {
  const others = (await findRoles(ids, look)).map((role) => role.id).filter((other) => other !== id);
  if (others.length < DEFAULT_ROLES_MAX) return [...others, id];
  throw new DomainError('conflict', `There are already ${DEFAULT_ROLES_MAX} default roles, which is the maximum.`, {
    field: 'isDefault',
  });
}

async function findRoles(ids: readonly string[], look: Look): Promise<readonly Role[]> {
  const roles = await Promise.all(ids.map((id) => look.find(roleRecordKey(id))));
  return roles.filter((role) => role !== undefined);
}
