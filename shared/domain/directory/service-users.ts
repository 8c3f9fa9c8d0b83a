import { assertMayAssign, assertMayManageCredential, type ManagementCaller } from '../access/authority.ts';
import { withStandingRoles } from '../access/references.ts';
import { findServiceUser } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { type JsonObject, patchedMember } from '../json.ts';
import { acceptedMetadata, mergeMetadata } from '../metadata.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { assertExists, type ServiceUser, serviceUserKey, serviceUserList, tenantKey } from '../records/principals.ts';
import { noteRemoval, type RemovalNotes } from '../records/removals.ts';
import { findAssignedRoles } from './roles.ts';
import { getTenant } from './tenants.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter<'serviceUser'> & RemovalNotes;
}

/** Names a service user of a tenant. */
export interface ServiceUserPath {
  readonly tenantId: string;
  readonly serviceUserId: string;
}

/** A service user to create. */
export interface ServiceUserRequest {
  readonly name: string;
  readonly description?: string | undefined;
  readonly roleIds: readonly string[];
  readonly metadata?: JsonObject | undefined;
}

/**
 * Creates a service user in a tenant.
 * @throws DomainError `not_found` for the tenant; `invalid_request` for an unknown role; `forbidden` for a role
 * stronger than the caller
 */
export async function createServiceUser(
  caller: ManagementCaller,
  tenantId: string,
  request: ServiceUserRequest,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<ServiceUser> {
  const look = ports.records.open(tenantId);
  const [tenant, roles] = await Promise.all([
    look.find(tenantKey(tenantId)),
    findAssignedRoles(request.roleIds, look, { tenantId }),
  ]);
  assertExists(tenant);
  assertMayAssign(caller, roles);
  const metadata = acceptedMetadata(request.metadata);
  const id = newId('svc', ports.random);
  const createdAtSeconds = ports.clock.nowSeconds();
  const roleIds = roles.map((role) => role.id);
  const serviceUser: ServiceUser = {
    ...request,
    metadata,
    id,
    tenantId,
    roleIds,
    status: 'active',
    createdAtSeconds,
    version: 1,
  };
  await ports.directory.insert(serviceUserKey(id), serviceUser);
  return serviceUser;
}

/** Reads one service user. @throws DomainError `not_found`, also for a service user of another tenant */
export async function getServiceUser(path: ServiceUserPath, { records }: Pick<Ports, 'records'>): Promise<ServiceUser> {
  const look = records.open(path.serviceUserId);
  const [tenant, serviceUser] = await Promise.all([look.find(tenantKey(path.tenantId)), findServiceUser(path, look)]);
  assertExists(tenant);
  if (serviceUser === undefined) throw notFound();
  return withStandingRoles(serviceUser, look);
}

/**
 * Lists the service users of a tenant, a page at a time.
 * @throws DomainError `not_found` for the tenant; `invalid_request` if the cursor is malformed
 */
export async function listServiceUsers(
  tenantId: string,
  page: PageRequest,
  ports: Pick<Ports, 'records'> & { readonly directoryList: DirectoryLister },
): Promise<Page<ServiceUser>> {
  await getTenant(tenantId, ports);
  const { items, nextCursor } = await ports.directoryList.list(serviceUserList(tenantId), page);
  const look = ports.records.open('roles of service users');
  return { items: await Promise.all(items.map((each) => withStandingRoles(each, look))), nextCursor };
}

/** A change to a service user. While it is disabled, its credentials are refused and its tokens are inactive. */
export interface ServiceUserPatch {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly roleIds?: readonly string[] | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly metadata?: JsonObject | null | undefined;
}

/**
 * Changes a service user. A caller must not change a service user stronger than itself, because to enable a disabled
 * service user is the same as to give it its roles.
 * @throws DomainError as `getServiceUser` and `changeRecord` do; `invalid_request` for an unknown role; `forbidden` if
 * the service user or a new role is stronger than the caller
 */
export async function updateServiceUser(
  caller: ManagementCaller,
  path: ServiceUserPath,
  { patch, expectedVersion }: { readonly patch: ServiceUserPatch; readonly expectedVersion: number | undefined },
  ports: Ports,
): Promise<ServiceUser> {
  await getServiceUser(path, ports);
  const look = ports.records.open(path.tenantId);
  const stored = await findServiceUser(path, look);
  const credential = { subject: { type: 'serviceUser', ...path }, roleIds: [] } as const;
  await assertMayManageCredential(caller, credential, look);
  const assignee = { tenantId: path.tenantId, before: stored?.roleIds };
  const roles = patch.roleIds && (await findAssignedRoles(patch.roleIds, look, assignee));
  if (roles !== undefined) assertMayAssign(caller, roles);
  const change = async (before: ServiceUser): Promise<ServiceUser> => {
    // Check again, because another request may have made the service user stronger meanwhile.
    await assertMayManageCredential(caller, credential, ports.records.open(path.serviceUserId));
    return {
      ...before,
      name: patch.name ?? before.name,
      description: patchedMember(before.description, patch.description),
      roleIds: roles?.map((role) => role.id) ?? before.roleIds,
      status: patch.status ?? before.status,
      metadata: mergeMetadata(before.metadata, patch.metadata),
    };
  };
  const changed = await changeRecord({ key: serviceUserKey(path.serviceUserId), expectedVersion, change }, ports);
  return withStandingRoles(changed, look);
}

/**
 * Deletes a service user. From now on its credentials are refused and its tokens are inactive.
 * @throws DomainError `not_found`; `conflict` if the service user changed meanwhile; `precondition_failed` for another
 * version than expected
 */
export async function deleteServiceUser(
  path: ServiceUserPath,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<void> {
  const serviceUser = await getServiceUser(path, ports);
  assertVersion(serviceUser, expectedVersion);
  await noteRemoval({ type: 'serviceUser', ...path }, ports);
  const { id, version } = serviceUser;
  if (!(await ports.directory.remove(serviceUserKey(id), version))) throw changedMeanwhile();
}
