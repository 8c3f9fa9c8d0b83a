import type { ManagementCaller } from '../access/authority.ts';
import type { Clock } from '../ambient.ts';
import type { Client, ClientOwner } from '../records/client.ts';
import type { ClientLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { findOwner, openLook } from './client-ownership.ts';

/**
 * Lists the clients of one owner without their secrets. The newest client is last, unless `page` asks otherwise.
 * @throws DomainError `not_found`; `invalid_request` for a cursor of another list
 */
export async function listClients(
  caller: ManagementCaller,
  owner: ClientOwner,
  page: PageRequest,
  ports: { readonly records: RecordReader; readonly clientList: ClientLister; readonly clock: Clock },
): Promise<Page<Client>> {
  await findOwner(caller, owner, openLook(owner, ports));
  return ports.clientList.list(owner, page, ports.clock.nowSeconds());
}
