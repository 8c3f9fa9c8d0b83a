import { type ManagementCaller, ownAccountOf } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { leaveRoster } from '../clients/api-token-roster.ts';
import { deleteApplication } from '../clients/applications.ts';
import { type ClientAccess, changeOwnClient, getClient } from '../clients/client-ownership.ts';
import { type ClientRequest, prepareClient } from '../clients/create-client.ts';
import { withChanges } from '../clients/update-client.ts';
import { DomainError } from '../errors.ts';
import type { ClientChanger, ClientWriter, RecordWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import type { RecordReader } from '../records/look.ts';
import { AUTHORIZATION_CODE, REFRESH_TOKEN } from '../records/registration.ts';
import { settingsIn } from '../records/settings.ts';
import {
  changedRegistration,
  newRegistration,
  type RegistrationPorts,
  type RequestedRegistration,
} from '../registration/change-registration.ts';
import type { MadeClient } from '../registration/new-client.ts';
import { DEFAULT_REGISTRATION } from '../registration/registration.ts';
import { applicationsOf, enterApplication } from './application-roster.ts';
import { assertThirdPartyName } from './third-party-names.ts';
import { assertMayOwn } from './who-may-own.ts';

/** What developers choose of a registration. Party, grants and permissions are for administrators. */
type OwnRegistration = Omit<RequestedRegistration, 'party' | 'grantTypes'>;

interface ChangingPorts extends RegistrationPorts {
  readonly records: RecordReader;
  readonly clientChanger: ClientChanger;
  readonly clock: Clock;
}

interface Ports extends Omit<ChangingPorts, 'clientChanger'> {
  readonly clients: ClientWriter;
  readonly rosters: RecordWriter<'roster'>;
  readonly random: Random;
}

/**
 * Registers an application of the caller. It is third-party, gets codes and refresh tokens, and has no permissions.
 * @throws DomainError as `assertMayOwn`, `assertThirdPartyName`, `newRegistration` and `enterApplication` do
 */
export async function registerOwnApplication(
  caller: ManagementCaller,
  { name, ...requested }: OwnRegistration & { readonly name: string },
  ports: Ports & Parameters<typeof prepareClient>[2],
): Promise<MadeClient> {
  const developerId = ownAccountOf(caller);
  const { maxApplications, reservedNames } = await assertMayOwn(developerId, ports.records.open(developerId));
  assertThirdPartyName(name, reservedNames);
  const grantTypes = [AUTHORIZATION_CODE, REFRESH_TOKEN] as const;
  const registration = newRegistration({ ...requested, party: 'third', grantTypes }, ports);
  const request: ClientRequest = { owner: { developerId }, description: name, registration };
  const made = await prepareClient(caller, request, ports);
  await enterApplication({ developerId, clientId: made.client.id, maxApplications }, ports);
  await ports.clients.insert(made.client);
  return made;
}

/** Lists all applications of the caller, the oldest first. */
export function listOwnApplications(
  caller: ManagementCaller,
  ports: { readonly records: RecordReader },
): Promise<readonly Client[]> {
  return applicationsOf(ownAccountOf(caller), ports);
}

/** Reads an application of the caller. @throws DomainError `not_found`, also for an application of somebody else */
export function getOwnApplication(
  caller: ManagementCaller,
  clientId: string,
  ports: { readonly records: RecordReader },
): Promise<Client> {
  return getClient(caller, { developerId: ownAccountOf(caller) }, clientId, ports);
}

/** A request of a developer for one application. The request may be for one version of it only. */
type OwnAccess = Omit<ClientAccess, 'owner'>;

/** A change to an own application. A member that is undefined stays as it is. */
export type OwnApplicationPatch = OwnRegistration & {
  readonly name?: string | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
};

/**
 * Changes an application of the caller. An application that an administrator disabled stays disabled.
 * @throws DomainError as `changeOwnClient`, `assertThirdPartyName` and `changedRegistration` do; `forbidden` for an
 * application that an administrator disabled
 */
export async function updateOwnApplication(
  access: OwnAccess,
  { name, status, ...requested }: OwnApplicationPatch,
  ports: ChangingPorts,
): Promise<Client> {
  const developerId = ownAccountOf(access.caller);
  const { developers } = await settingsIn(ports.records.open(developerId));
  if (name !== undefined) assertThirdPartyName(name, developers.reservedNames);
  const register = (before = DEFAULT_REGISTRATION) =>
    changedRegistration(before, { ...requested, party: 'third' }, ports);
  const now = ports.clock.nowSeconds();
  const change = (before: Client): Client => {
    assertMayEnable(before, status);
    return { ...withChanges(before, { description: name, status, register }, now), ...pauseAfter(before, status) };
  };
  return changeOwnClient({ ...access, owner: { developerId } }, change, ports);
}

function assertMayEnable({ status: before, isPausedByOwner }: Client, status: OwnApplicationPatch['status']): void {
  if (status !== 'active' || before === 'active' || isPausedByOwner) return;
  throw new DomainError('forbidden', 'An administrator disabled this application, and can enable it again.', {
    field: 'status',
  });
}

/** Notes who disabled an application. To disable it once more changes nothing about that. */
function pauseAfter(before: Client, status: OwnApplicationPatch['status']): Pick<Client, 'isPausedByOwner'> {
  if (status === 'active') return { isPausedByOwner: undefined };
  const isNew = status === 'disabled' && before.status === 'active';
  return { isPausedByOwner: isNew ? true : before.isPausedByOwner };
}

/**
 * Deletes an application of the caller. From now on it gets no tokens, and its access tokens are inactive.
 * @throws DomainError as `deleteApplication` does
 */
export async function deleteOwnApplication(
  access: OwnAccess,
  ports: Parameters<typeof deleteApplication>[1] & Pick<Ports, 'rosters'>,
): Promise<void> {
  const owner = { developerId: ownAccountOf(access.caller) };
  await getClient(access.caller, owner, access.clientId, ports);
  await deleteApplication({ ...access, owner }, ports);
  // This comes last, so that nobody hides an application from the maximum by a deletion that fails.
  await leaveRoster(owner, access.clientId, ports);
}
