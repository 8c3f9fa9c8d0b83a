import { assertHolds, type ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertNotAdministrator } from '../directory/administrator.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { firstVersion, newId } from '../ids.ts';
import { type ClientChanger, changeClient, type DirectoryWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { apiRecordKey, type ClientGrant, grantKey, SYSTEM_API_ID } from '../records/permissions.ts';

/** How many APIs an application may have client grants at: their list is one answer. */
const GRANTS_MAX = 100;

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter<'grant'>;
  readonly clientChanger: ClientChanger;
}

/** Names the client grant of an application at an API. */
export interface GrantPath {
  readonly clientId: string;
  readonly apiId: string;
}

/**
 * Sets the permissions that an application may ask for at an API: a list, or `all` permissions that the API declares
 * now or later.
 * @throws DomainError `not_found` for the application or the API; `invalid_request` for a permission that the API does
 * not declare; `forbidden` for permissions of the management API that the caller does not have; `conflict` if the grant
 * changed meanwhile, for too many client grants, and for a change that could end the access of the administrator;
 * `precondition_failed` for another version than expected
 */
export async function setClientGrant(
  caller: ManagementCaller,
  { clientId, apiId }: GrantPath,
  permissions: ClientGrant['permissions'],
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<ClientGrant> {
  if (apiId === SYSTEM_API_ID) assertHolds(caller, permissions);
  if (apiId === SYSTEM_API_ID && permissions !== 'all') await assertNotAdministrator(clientId, ports);
  const look = ports.records.open(clientId);
  const key = grantKey(clientId, apiId);
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
    permissions: granted,
    createdAtSeconds: before?.createdAtSeconds ?? ports.clock.nowSeconds(),
    version: before === undefined ? firstVersion(ports.random) : before.version + 1,
  };
  if (!client.apiIds.includes(apiId)) await noteApi(clientId, apiId, ports);
  if (before === undefined) await ports.directory.insert(key, grant);
  else if (!(await ports.directory.replace(key, grant))) throw changedMeanwhile();
  return grant;
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
  const { apiIds } = await findApplication(clientId, look);
  const grants = await Promise.all(apiIds.map((apiId) => shownGrant({ clientId, apiId }, look)));
  return grants.filter((grant) => grant !== undefined);
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

async function shownGrant({ clientId, apiId }: GrantPath, look: Look): Promise<ClientGrant | undefined> {
  const [grant, api] = await Promise.all([look.find(grantKey(clientId, apiId)), look.find(apiRecordKey(apiId))]);
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
  { clientId, apiId }: GrantPath,
  ports: Ports,
  expectedVersion?: number,
): Promise<void> {
  if (apiId === SYSTEM_API_ID) await assertNotAdministrator(clientId, ports);
  const look = ports.records.open(clientId);
  const key = grantKey(clientId, apiId);
  const [, grant] = await Promise.all([findApplication(clientId, look), look.find(key)]);
  if (grant === undefined) throw notFound();
  assertVersion(grant, expectedVersion);
  if (!(await ports.directory.remove(key, grant.version))) throw changedMeanwhile();
  const forget = (client: Client) => ({ ...client, apiIds: client.apiIds.filter((id) => id !== apiId) });
  await changeClient({ clientId, change: forget }, ports);
}

/**
 * Adds an API to those of a client, so that an exchange without audience can find the client's only API. Ids of deleted
 * APIs leave the list and do not count.
 * @throws DomainError `conflict` if the client has too many APIs
 */
async function noteApi(clientId: string, apiId: string, ports: Ports): Promise<void> {
  const note = async (client: Client): Promise<Client> => {
    if (client.apiIds.includes(apiId)) return client;
    const apiIds = await standingIds(client.apiIds, ports.records.open(clientId));
    if (apiIds.length < GRANTS_MAX) return { ...client, apiIds: [...apiIds, apiId] };
    throw new DomainError('conflict', `The application already has client grants at ${GRANTS_MAX} APIs, the maximum.`);
  };
  await changeClient({ clientId, change: note }, ports);
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
