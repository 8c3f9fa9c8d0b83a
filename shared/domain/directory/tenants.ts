import type { Clock, Random } from '../ambient.ts';
import { assertVersion } from '../errors.ts';
import { assertMayBeChosen, newId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { acceptedMetadata, mergeMetadata } from '../metadata.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import { movedMark } from '../records/lifecycle.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { assertExists, type Tenant, tenantKey, tenantList } from '../records/principals.ts';
import { noteRemoval } from '../records/removals.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

/**
 * Creates a tenant. The request may have an id, for tenants that come from another product.
 * @throws DomainError `conflict` if the id is in use or was in use before; `invalid_request` if it is not the id of a
 * tenant
 */
export async function createTenant(
  request: { readonly name: string; readonly id?: string | undefined; readonly metadata?: JsonObject | undefined },
  ports: Pick<Ports, 'directory'> & { readonly clock: Clock; readonly random: Random },
): Promise<Tenant> {
  const { name, id = newId('ten', ports.random) } = request;
  const metadata = acceptedMetadata(request.metadata);
  assertMayBeChosen(id, 'ten');
  const createdAtSeconds = ports.clock.nowSeconds();
  const tenant: Tenant = { id, name, metadata, status: 'active', createdAtSeconds, version: 1 };
  await ports.directory.insert(tenantKey(id), tenant);
  return tenant;
}

/** Reads one tenant. @throws DomainError `not_found`, also for a deleted tenant */
export async function getTenant(id: string, { records }: Pick<Ports, 'records'>): Promise<Tenant> {
  const tenant = await records.open(id).find(tenantKey(id));
  assertExists(tenant);
  return tenant;
}

/** Lists the tenants, a page at a time. @throws DomainError `invalid_request` if the cursor is malformed */
export function listTenants(
  page: PageRequest,
  { directoryList }: { readonly directoryList: DirectoryLister },
): Promise<Page<Tenant>> {
  return directoryList.list(tenantList, page);
}

/** A change to a tenant. While a tenant is disabled, its credentials are refused and its tokens are inactive. */
export interface TenantPatch {
  readonly name?: string | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly metadata?: JsonObject | null | undefined;
  /** Every token of the tenant that was issued up to this moment is inactive from now on. */
  readonly tokensRevokedUntilSeconds?: number | undefined;
}

/** Changes a tenant. @throws DomainError as `changeRecord` does; `not_found` for a deleted tenant, for any version */
export async function updateTenant(
  id: string,
  patch: TenantPatch,
  expectedVersion: number | undefined,
  ports: Ports & { readonly clock: Clock },
): Promise<Tenant> {
  await getTenant(id, ports);
  const nowSeconds = ports.clock.nowSeconds();
  const change = (tenant: Tenant): Tenant | undefined =>
    tenant.status === 'deleted'
      ? undefined
      : {
          ...tenant,
          name: patch.name ?? tenant.name,
          status: patch.status ?? tenant.status,
          metadata: mergeMetadata(tenant.metadata, patch.metadata),
          revokedBeforeSeconds: movedMark(tenant.revokedBeforeSeconds, patch.tokensRevokedUntilSeconds, nowSeconds),
        };
  return changeRecord({ key: tenantKey(id), expectedVersion, change }, ports);
}

/**
 * Deletes a tenant. From now on its credentials are refused and its tokens are inactive. The record stays and has the
 * status `deleted`, because credentials may still name this id, and no new tenant must get it. A run of `removeDeleted`
 * removes the records of the tenant.
 * @throws DomainError as `changeRecord` does; `not_found` for a deleted tenant
 */
export async function deleteTenant(
  id: string,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<void> {
  assertVersion(await getTenant(id, ports), expectedVersion);
  await noteRemoval({ type: 'tenant', tenantId: id }, ports);
  const change = (tenant: Tenant): Tenant | undefined =>
    tenant.status === 'deleted' ? undefined : { ...tenant, status: 'deleted', name: '', metadata: undefined };
  await changeRecord({ key: tenantKey(id), expectedVersion, change }, ports);
}
