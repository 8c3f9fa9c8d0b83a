import { DomainError, notFound } from './errors.ts';
import { mayBeChosen, newId } from './ids.ts';
import type { Clock, DirectoryWriter, Random, StandingReader } from './ports.ts';
import type { Tenant } from './records.ts';

interface Ports {
  readonly standing: StandingReader;
  readonly directory: DirectoryWriter;
}

/**
 * Creates a tenant, under an id of the caller's choice where a migration needs it.
 * @throws DomainError `conflict` for an id that is or ever was in use, `invalid_request` for one of another kind
 */
export async function createTenant(
  request: { readonly name: string; readonly id?: string | undefined },
  ports: Pick<Ports, 'directory'> & { readonly clock: Clock; readonly random: Random },
): Promise<Tenant> {
  const id = request.id ?? newId('ten', ports.random);
  if (!mayBeChosen(id, 'ten')) {
    throw new DomainError('invalid_request', 'The id looks like the id of another kind of resource.', { field: 'id' });
  }
  const createdAtSeconds = ports.clock.nowSeconds();
  const tenant: Tenant = { id, name: request.name, status: 'active', createdAtSeconds, version: 1 };
  await ports.directory.insert('tenant', id, tenant);
  return tenant;
}

/** @throws DomainError `not_found` */
export async function getTenant(id: string, { standing }: Pick<Ports, 'standing'>): Promise<Tenant> {
  const tenant = await standing.open(id).find('tenant', id);
  if (tenant?.status !== 'active') throw notFound();
  return tenant;
}

/**
 * Deletes a tenant: from now on nothing of it stands, so no exchange succeeds and no token is active. The record
 * stays as a mark, because credentials that still name it must never find a successor under the same id.
 * @throws DomainError `not_found`
 */
export async function deleteTenant(id: string, ports: Ports): Promise<void> {
  const tenant = await getTenant(id, ports);
  await ports.directory.replace('tenant', id, { ...tenant, status: 'deleted', version: tenant.version + 1 });
}
