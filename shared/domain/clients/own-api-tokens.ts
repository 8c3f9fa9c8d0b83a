import { type ManagementCaller, ownAccountOf } from '../access/authority.ts';
import type { Clock } from '../ambient.ts';
import { DomainError, isNotFound, notFound } from '../errors.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import { type Client, type ClientOwner, tenantIdOf, userIdOf } from '../records/client.ts';
import type { ClientLister, DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { membershipList } from '../records/principals.ts';
import { findOwner, openLook } from './client-ownership.ts';

/** The tenants of a person whose tokens a list shows. */
const TENANTS_MAX = 1_000;

/** How many tenants one page of the list may look into. A page that finds few tokens there is short. */
const TENANTS_A_PAGE = 20;

const MEMBERSHIPS_A_READ = 100;

/** The name of the place outside of tenants in a cursor; no tenant has it. */
const WORKSPACE_PLACE = '';

interface ListPorts {
  readonly records: RecordReader;
  readonly clientList: ClientLister;
  readonly directoryList: DirectoryLister;
  readonly clock: Clock;
}

/**
 * Finds where a new personal API token of the caller belongs: into a tenant, or outside of tenants to a workspace member.
 * @throws DomainError `invalid_request` if the caller is not a member there
 */
export async function placeOfNewToken(
  caller: ManagementCaller,
  tenantId: string | undefined,
  ports: Pick<ListPorts, 'records'>,
): Promise<ClientOwner> {
  const owner = { tenantId, userId: ownAccountOf(caller) };
  await findOwner(caller, owner, openLook(owner, ports)).catch((error: unknown) => {
    throw isNotFound(error) ? notMember(tenantId) : error;
  });
  return owner;
}

function notMember(tenantId: string | undefined): DomainError {
  const description =
    tenantId === undefined
      ? "Send 'tenantId'. Only workspace members have API tokens outside of tenants."
      : 'You are not a member of this tenant.';
  return new DomainError('invalid_request', description, { field: 'tenantId' });
}

/** A request for one personal API token of the caller. */
interface MyTokenRequest<Params> {
  readonly caller: ManagementCaller;
  readonly params: Params;
}

/**
 * Adds to the ids in a path the owner of a personal API token of the caller, as the paths of tenants name it.
 * @throws DomainError `not_found` for the client of anybody else
 */
export async function myTokenPath<Params extends { readonly clientId: string }>(
  { caller, params }: MyTokenRequest<Params>,
  { records }: Pick<ListPorts, 'records'>,
): Promise<Params & ClientOwner> {
  const userId = ownAccountOf(caller);
  const client = await records.open(`tokens of ${userId}`).client(params.clientId);
  if (client === undefined || userIdOf(client) !== userId) throw notFound();
  return { ...params, tenantId: tenantIdOf(client), userId };
}

/**
 * Lists the personal API tokens of the caller: those outside of tenants, then tenant by tenant. A cursor names the
 * tenant and the place in its list.
 */
export async function listMyTokens(
  caller: ManagementCaller,
  page: PageRequest,
  ports: ListPorts,
): Promise<Page<Client>> {
  const userId = ownAccountOf(caller);
  const { place: first, inner: start } = placeOf(page.cursor);
  const places = (await placesOf(userId, ports)).filter((place) => place >= first);
  const found: Client[] = [];
  for (const [index, place] of places.entries()) {
    const limit = page.limit - found.length;
    if (limit === 0 || index === TENANTS_A_PAGE) return { items: found, nextCursor: `${place}.` };
    const cursor = place === first ? start : undefined;
    const owner = { userId, tenantId: place === WORKSPACE_PLACE ? undefined : place };
    const { items, nextCursor } = await ports.clientList.list(
      owner,
      { ...page, limit, cursor },
      ports.clock.nowSeconds(),
    );
    found.push(...items);
    if (nextCursor !== undefined) return { items: found, nextCursor: `${place}.${nextCursor}` };
  }
  return { items: found };
}

function placeOf(cursor: string | undefined): { readonly place: string; readonly inner: string | undefined } {
  const [place = WORKSPACE_PLACE, inner = ''] = cursor?.split('.') ?? [];
  return { place, inner: inner === '' ? undefined : inner };
}

/** The places where a person may have tokens, in the order of their names. */
async function placesOf(userId: string, { records, directoryList }: ListPorts): Promise<readonly string[]> {
  const [member, tenantIds] = await Promise.all([
    records.open(`tokens of ${userId}`).find(workspaceMemberKey(userId)),
    tenantIdsOf(userId, directoryList),
  ]);
  return [...(member === undefined ? [] : [WORKSPACE_PLACE]), ...tenantIds.toSorted()];
}

async function tenantIdsOf(userId: string, directoryList: DirectoryLister): Promise<readonly string[]> {
  const tenantIds: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await directoryList.list(membershipList(userId), { limit: MEMBERSHIPS_A_READ, cursor });
    tenantIds.push(...page.items.map(({ tenantId }) => tenantId));
    cursor = page.nextCursor;
  } while (cursor !== undefined && tenantIds.length < TENANTS_MAX);
  return tenantIds;
}
