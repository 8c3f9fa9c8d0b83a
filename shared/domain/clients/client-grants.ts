import { assertHolds, type ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertNotAdministrator } from '../directory/administrator.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { firstVersion, newId } from '../ids.ts';
import { type ClientChanger, changeClient, type DirectoryWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import type { Look, RecordReader } from '../records/look.ts';
import {
  apiRecordKey,
  type ClientGrant,
  type Grantee,
  grantees,
  grantKey,
  SYSTEM_API_ID,
} from '../records/permissions.ts';

/** How many APIs an application may have client grants at: their list is one answer. */
const GRANTS_MAX = 100;

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter<'grant'>;
  readonly clientChanger: ClientChanger;
}

/** Names the client grant of an application at an API, for itself or for its users. */
export interface GrantPath {
  readonly clientId: string;
  readonly apiId: string;
  readonly for: Grantee;
}

/**
 * Sets the permissions that an application may ask for at an API, for itself or for its users: a list, or `all`
 * permissions that the API declares now or later.
 * @throws DomainError `not_found` for the application or the API; `invalid_request` for a permission that the API does
 * not declare; `forbidden` for permissions of the management API that the caller does not have; `conflict` if the grant
 * changed meanwhile, for too many client grants, and for a change that could end the access of the administrator;
 * `precondition_failed` for another version than expected
 */
export async function setClientGrant(
  caller: ManagementCaller,
  { clientId, apiId, for: grantee }: GrantPath,
  permissions: ClientGrant['permissions'],
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<ClientGrant> {
  if (apiId === SYSTEM_API_ID) assertHolds(caller, permissions);
  if (isManagement({ apiId, for: grantee }) && permissions !== 'all') await assertNotAdministrator(clientId, ports);
  const look = ports.records.open(clientId);
  const key = grantKey(clientId, apiId, grantee);
  const [client, api, before] = await Promise.all([
    findApplication(clientId, look),
    look.find(apiRecordKey(apiId)),
    look.find(key),
  ]);
  if (api === undefined) throw notFound();
  assertVersion(before, expectedVersion);
  const declared = api.permissions.map(({ value }) => value);
  const granted = permissions === 'all' ? permissions : declaredOf(permissions, declared, before);
  const grant: ClientGrant = {
    id: before?.id ?? newId('grn', ports.random),
    clientId,
    apiId,
    for: grantee,
    permissions: granted,
    createdAtSeconds: before?.createdAtSeconds ?? ports.clock.nowSeconds(),
    version: before === undefined ? firstVersion(ports.random) : before.version + 1,
  };
  if (!apiIdsOf(client, grantee).includes(apiId)) await changeApis(clientId, grantee, withApi(apiId, ports), ports);
  if (before === undefined) await ports.directory.insert(key, grant);
  else if (!(await ports.directory.replace(key, grant))) throw changedMeanwhile();
  return grant;
}

/** Whether a grant is what an application may do itself at the management API. */
function isManagement({ apiId, for: grantee }: Pick<GrantPath, 'apiId' | 'for'>): boolean {
  return apiId === SYSTEM_API_ID && grantee === 'client';
}

/**
 * Lists the client grants of an application, the oldest first. Grants at deleted APIs, and permissions that an API does
 * not declare any more, are left out.
 * @throws DomainError `not_found`
 */
export async function listClientGrants(
  clientId: string,
  { records }: Pick<Ports, 'records'>,
): Promise<readonly ClientGrant[]> {
  const look = records.open(clientId);
  const client = await findApplication(clientId, look);
  const paths = grantees.flatMap((grantee) =>
    apiIdsOf(client, grantee).map((apiId) => ({ clientId, apiId, for: grantee })),
  );
  const grants = await Promise.all(paths.map((path) => shownGrant(path, look)));
  return grants
    .filter((grant) => grant !== undefined)
    .toSorted((one, other) => one.createdAtSeconds - other.createdAtSeconds);
}

/** The permissions, without those that were granted before and that the API does not declare any more. */
function declaredOf(
  permissions: readonly string[],
  declared: readonly string[],
  before: ClientGrant | undefined,
): readonly string[] {
  const granted = before === undefined || before.permissions === 'all' ? [] : before.permissions;
  if (!permissions.every((value) => declared.includes(value) || granted.includes(value))) {
    throw new DomainError('invalid_request', 'The API does not declare this permission.', { field: 'permissions' });
  }
  return permissions.filter((value) => declared.includes(value));
}

async function shownGrant(path: GrantPath, look: Look): Promise<ClientGrant | undefined> {
  const key = grantKey(path.clientId, path.apiId, path.for);
  const [grant, api] = await Promise.all([look.find(key), look.find(apiRecordKey(path.apiId))]);
  if (grant === undefined || api === undefined || grant.permissions === 'all') return api && grant;
  const declared = api.permissions.map(({ value }) => value);
  return { ...grant, permissions: grant.permissions.filter((value) => declared.includes(value)) };
}

/**
 * Deletes a client grant. From now on, the application's tokens for this API are inactive.
 * @throws DomainError `not_found`; `conflict` if the grant changed meanwhile, and for the administrator's grant at the
 * management API; `precondition_failed` for another version than expected
 */
export async function deleteClientGrant(
  { clientId, apiId, for: grantee }: GrantPath,
  ports: Ports,
  expectedVersion?: number,
): Promise<void> {
  if (isManagement({ apiId, for: grantee })) await assertNotAdministrator(clientId, ports);
  const look = ports.records.open(clientId);
  const key = grantKey(clientId, apiId, grantee);
  const [, grant] = await Promise.all([findApplication(clientId, look), look.find(key)]);
  if (grant === undefined) throw notFound();
  assertVersion(grant, expectedVersion);
  if (!(await ports.directory.remove(key, grant.version))) throw changedMeanwhile();
  await changeApis(clientId, grantee, (apiIds) => apiIds.filter((id) => id !== apiId), ports);
}

/** The APIs at which an application has client grants, for itself or for its users. */
function apiIdsOf({ apiIds, userApiIds = [] }: Client, grantee: Grantee): readonly string[] {
  return grantee === 'client' ? apiIds : userApiIds;
}

type ChangeOfApis = (apiIds: readonly string[]) => Promise<readonly string[]> | readonly string[];

/**
 * Adds an API to a list of APIs. Ids of deleted APIs leave the list and do not count.
 * @throws DomainError `conflict`, from the change, for too many APIs
 */
function withApi(apiId: string, { records }: Pick<Ports, 'records'>): ChangeOfApis {
  return async (before) => {
    if (before.includes(apiId)) return before;
    const apiIds = await standingIds(before, records.open('APIs of an application'));
    if (apiIds.length < GRANTS_MAX) return [...apiIds, apiId];
    throw new DomainError('conflict', `The application already has client grants at ${GRANTS_MAX} APIs, the maximum.`);
  };
}

/**
 * Changes the list of a client's APIs. An exchange without audience finds the client's only API in the list of the
 * grants for itself; its grants for users are no part of that.
 */
async function changeApis(clientId: string, grantee: Grantee, changed: ChangeOfApis, ports: Ports): Promise<void> {
  const member = grantee === 'client' ? 'apiIds' : 'userApiIds';
  const change = async (client: Client) => ({ ...client, [member]: await changed(apiIdsOf(client, grantee)) });
  await changeClient({ clientId, change }, ports);
}

/** The ids of APIs that still exist. */
async function standingIds(apiIds: readonly string[], look: Look): Promise<readonly string[]> {
  const apis = await Promise.all(apiIds.map((id) => look.find(apiRecordKey(id))));
  return apiIds.filter((_, index) => apis[index] !== undefined);
}

async function findApplication(clientId: string, look: Look): Promise<Client> {
  const client = await look.client(clientId);
  if (client?.subject.type !== 'application') throw notFound();
  return client;
}
