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
 * Creates a tenant, under an id of the caller's choice where a migration needs it.
 * @throws DomainError `conflict` for an id that is or ever was in use, `invalid_request` for one of another kind
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

/** A tenant that has not been deleted. @throws DomainError `not_found` */
export async function getTenant(id: string, { records }: Pick<Ports, 'records'>): Promise<Tenant> {
  const tenant = await records.open(id).find(tenantKey(id));
  assertExists(tenant);
  return tenant;
}

/** Lists the tenants, a page at a time. @throws DomainError `invalid_request` for an unreadable cursor */
export function listTenants(
  page: PageRequest,
  { directoryList }: { readonly directoryList: DirectoryLister },
): Promise<Page<Tenant>> {
  return directoryList.list(tenantList, page);
}

/** What may change about a tenant. A disabled one and everything in it stands still until it is active again. */
export interface TenantChange {
  readonly name?: string | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly metadata?: JsonObject | null | undefined;
  /** Every token in it that was issued up to this moment is worth nothing from now on. */
  readonly tokensRevokedUntilSeconds?: number | undefined;
}

/** @throws DomainError as `changeRecord` does; for a deleted tenant `not_found`, whichever version is meant */
export async function updateTenant(
  id: string,
  patch: TenantChange,
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
 * Deletes a tenant: from now on nothing of it stands, so no exchange succeeds and no token is active. The record
 * stays as a mark, because credentials that still name it must never find a successor under the same id; what belongs
 * to it is removed later.
 * @throws DomainError `not_found`
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
