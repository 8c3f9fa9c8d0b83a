import { isRoleFor } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { firstVersion } from '../ids.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import type { Versioned } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type Role, roleRecordKey } from '../records/permissions.ts';
import type { RecordKey } from '../records/record-key.ts';

/** Which roles, of the workspace or of one tenant, new members get who are given no others. */
export interface DefaultRoles extends Versioned {
  /** May name roles that were deleted since. */
  readonly roleIds: readonly string[];
}

/** Names the default roles of a tenant, or of the workspace, among the directory's records. */
export function defaultRolesKey(tenantId: TenantId): RecordKey<'defaultRoles', DefaultRoles> {
  return { kind: 'defaultRoles', id: tenantId === undefined ? 'workspace' : `tenant/${tenantId}` };
}

/** So many default roles the workspace may have, and so many each tenant. */
const DEFAULT_ROLES_MAX = 10;

/** Whose default roles: the workspace's, or one tenant's. */
type TenantId = string | undefined;

/** Ids of the default roles, and of some that were deleted since. */
export async function defaultRoleIds(tenantId: TenantId, look: Look): Promise<readonly string[]> {
  return (await look.find(defaultRolesKey(tenantId)))?.roleIds ?? [];
}

/** The roles that a new member of a tenant gets where none are named: the workspace's defaults and the tenant's own. */
export async function findDefaultRoles(tenantId: string, look: Look): Promise<readonly Role[]> {
  const ids = await Promise.all([defaultRoleIds(undefined, look), defaultRoleIds(tenantId, look)]);
  const roles = await findRoles(ids.flat(), look);
  return roles.filter((role) => isRoleFor(tenantId, role));
}

/** @throws DomainError `conflict` where one more default role would be too many */
export async function assertRoomForDefault({ tenantId, id }: Pick<Role, 'tenantId' | 'id'>, look: Look): Promise<void> {
  await withDefault(await defaultRoleIds(tenantId, look), id, look);
}

/**
 * Makes a role a default one, or none any more. One record says which roles are, so that no two can disagree.
 * @throws DomainError `conflict` where there are too many, or where others kept winning
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
    const none: DefaultRoles = { roleIds: [], createdAtSeconds, version: firstVersion(ports.random) };
    await ports.directory.insert(key, none).catch(ignoreConflict);
  }
  const change = async (before: DefaultRoles): Promise<DefaultRoles> => ({
    ...before,
    roleIds: isDefault
      ? await withDefault(before.roleIds, id, ports.records.open(key.id))
      : before.roleIds.filter((other) => other !== id),
  });
  await changeRecord({ key, change }, ports);
}

/** What was deleted makes room. */
async function withDefault(ids: readonly string[], id: string, look: Look): Promise<readonly string[]> {
  const others = (await findRoles(ids, look)).map((role) => role.id).filter((other) => other !== id);
  if (others.length < DEFAULT_ROLES_MAX) return [...others, id];
  throw new DomainError('conflict', `There are ${DEFAULT_ROLES_MAX} default roles already.`, { field: 'isDefault' });
}

async function findRoles(ids: readonly string[], look: Look): Promise<readonly Role[]> {
  const roles = await Promise.all(ids.map((id) => look.find(roleRecordKey(id))));
  return roles.filter((role) => role !== undefined);
}
