import { assertMayManageCredential, assertOwnUser, type ManagementCaller, ownAccountOf } from '../access/authority.ts';
import { findMember, findServiceUser } from '../access/standing.ts';
import type { Clock } from '../ambient.ts';
import { notFound } from '../errors.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import { type ClientChanger, changeClient } from '../records/change-record.ts';
import {
  type Client,
  type ClientOwner,
  credentialTypeOf,
  type Subject,
  tenantIdOf,
  userIdOf,
} from '../records/client.ts';
import type { ClientLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { assertExists, exists, tenantKey, userKey } from '../records/principals.ts';

/** A caller's request for one client of an owner. The request may be for one version of the client only. */
export interface ClientAccess {
  readonly caller: ManagementCaller;
  readonly owner: ClientOwner;
  readonly clientId: string;
  readonly expectedVersion?: number | undefined;
}

/**
 * Changes a client of an owner. A caller must not change a client that is stronger than itself.
 * @throws DomainError as `getClient` and `changeClient` do; `forbidden` if the client is stronger than the caller
 */
export async function changeOwnClient(
  { caller, owner, clientId, expectedVersion }: ClientAccess,
  change: (before: Client) => Client,
  ports: { readonly records: RecordReader; readonly clientChanger: ClientChanger },
): Promise<Client> {
  const look = openLook(owner, ports);
  await assertMayManageCredential(caller, await getClient(caller, owner, clientId, ports), look);
  const changeOwn = async (before: Client) => {
    if (!isOwnedBy(before, owner)) return undefined;
    // Check again, because another request may have made the client stronger meanwhile.
    await assertMayManageCredential(caller, before, look);
    return change(before);
  };
  return changeClient({ clientId, expectedVersion, change: changeOwn }, ports);
}

/** Reads one client of an owner. @throws DomainError `not_found` for the owner or the client */
export async function getClient(
  caller: ManagementCaller,
  owner: ClientOwner,
  clientId: string,
  ports: { readonly records: RecordReader },
): Promise<Client> {
  const look = openLook(owner, ports);
  const [, client] = await Promise.all([findOwner(caller, owner, look), look.client(clientId)]);
  if (client === undefined || !isOwnedBy(client, owner)) throw notFound();
  return client;
}

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

/** Opens a look for requests about the clients of an owner. All clients of a tenant, or of the workspace, share it. */
export function openLook(
  { tenantId = 'workspace' }: ClientOwner,
  { records }: { readonly records: RecordReader },
): Look {
  return records.open(tenantId);
}

/**
 * Finds the subject for which the clients of an owner act.
 * @throws DomainError `not_found` if the owner does not exist, or if the caller must not manage its clients
 */
export async function findOwner(caller: ManagementCaller, owner: ClientOwner, look: Look): Promise<Subject> {
  const { tenantId, userId, serviceUserId } = owner;
  assertIsDeveloper(caller, owner);
  if (userId !== undefined) assertOwnUser(caller, userId);
  if (tenantId === undefined) return userId === undefined ? { type: 'application' } : findWorkspaceMember(userId, look);
  const [tenant, member, serviceUser] = await Promise.all([
    look.find(tenantKey(tenantId)),
    userId === undefined ? undefined : findMember({ tenantId, userId }, look),
    serviceUserId === undefined ? undefined : findServiceUser({ tenantId, serviceUserId }, look),
  ]);
  assertExists(tenant);
  if (userId !== undefined && member === undefined) throw notFound();
  if (serviceUserId !== undefined && serviceUser === undefined) throw notFound();
  if (member !== undefined)
    return { type: 'user', tenantId, userId: member.user.id, membershipId: member.membership.id };
  return serviceUserId === undefined ? { type: 'tenant', tenantId } : { type: 'serviceUser', tenantId, serviceUserId };
}

function assertIsDeveloper(caller: ManagementCaller, { developerId }: ClientOwner): void {
  if (developerId !== undefined && ownAccountOf(caller) !== developerId) throw notFound();
}

async function findWorkspaceMember(userId: string, look: Look): Promise<Subject> {
  const [user, member] = await Promise.all([look.find(userKey(userId)), look.find(workspaceMemberKey(userId))]);
  if (!exists(user) || member === undefined) throw notFound();
  return { type: 'workspaceMember', userId, membershipId: member.id };
}

function isOwnedBy(client: Client, owner: ClientOwner): boolean {
  const { tenantId, userId, serviceUserId, developerId, credential = 'secret' } = owner;
  const { subject } = client;
  if (credentialTypeOf(client) !== credential || tenantIdOf(client) !== tenantId) return false;
  if (developerId !== undefined && client.ownerUserId !== developerId) return false;
  if (subject.type === 'serviceUser') return subject.serviceUserId === serviceUserId;
  return userIdOf(client) === userId && serviceUserId === undefined;
}
