import type { ManagementCaller } from '../access/authority.ts';
import type { Clock } from '../ambient.ts';
import type { Client, ClientOwner } from '../records/client.ts';
import type { ClientLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { findOwner, openLook } from './client-ownership.ts';

/**
 * Lists the clients of one owner, a page at a time. The newest client is last, unless `page` asks for the other order.
 * @throws DomainError `not_found` for the owner; `invalid_request` if the cursor is malformed
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
