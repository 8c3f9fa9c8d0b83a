import type { ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertNotAdministrator } from '../directory/administrator.ts';
import { assertVersion, DomainError } from '../errors.ts';
import type { ClientChanger, ClientRemover } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import type { RecordReader } from '../records/look.ts';
import type { ApplicationRegistration } from '../records/registration.ts';
import { noteRemoval, type RemovalNotes } from '../records/removals.ts';
import { proofBy } from '../registration/authentication-methods.ts';
import {
  changedRegistration,
  newRegistration,
  type RegistrationPorts,
  type RequestedRegistration,
} from '../registration/change-registration.ts';
import type { MadeClient } from '../registration/new-client.ts';
import { DEFAULT_REGISTRATION } from '../registration/registration.ts';
import { type ClientAccess, getClient } from './client-ownership.ts';
import { type ClientRequest, createClient } from './create-client.ts';
import { deleteClient } from './delete-client.ts';
import { type ClientPatch, updateClient } from './update-client.ts';

interface Ports {
  readonly records: RecordReader;
}

/** An application to register. */
export type ApplicationRequest = Omit<ClientRequest, 'owner' | 'registration'> & {
  readonly registration: RequestedRegistration;
};

/**
 * Registers an application of the workspace. If it authenticates with a secret, it gets one secret.
 * @throws DomainError as `createClient` and `newRegistration` do
 */
export function createApplication(
  caller: ManagementCaller,
  { registration: requested, ...request }: ApplicationRequest,
  ports: Parameters<typeof createClient>[2] & RegistrationPorts,
): Promise<MadeClient> {
  const registration = newRegistration(requested, ports);
  return createClient(caller, { owner: {}, ...request, registration }, ports);
}

/**
 * A change to an application. A member that is undefined stays as it is. Its party (first or third) never changes, but
 * is repeated where redirect URIs change.
 */
export type ApplicationPatch = Omit<ClientPatch, 'register'> & { readonly registration: RequestedRegistration };

/**
 * Changes an application. If its new authentication method uses no secrets, its secrets are removed.
 * @throws DomainError as `updateClient` and `changedRegistration` do; `invalid_request` for another party; `conflict`
 * for a change that could end the access of the administrator
 */
export async function updateApplication(
  access: ClientAccess,
  { registration: requested, ...patch }: ApplicationPatch,
  ports: Ports & RegistrationPorts & { readonly clientChanger: ClientChanger; readonly clock: Clock },
): Promise<Client> {
  const { tokenEndpointAuthMethod: method, grantTypes } = requested;
  const losesSecrets = method !== undefined && proofBy(method) !== 'secret';
  const { dpopBoundAccessTokens, tlsClientCertificateBoundAccessTokens } = requested;
  const bindsTokens = dpopBoundAccessTokens === true || tlsClientCertificateBoundAccessTokens === true;
  const locksOut = patch.status === 'disabled' || patch.expiresInSeconds !== undefined || losesSecrets || bindsTokens;
  if (locksOut || grantTypes !== undefined) await assertNotAdministrator(access.clientId, ports);
  const register = (before = DEFAULT_REGISTRATION) => {
    assertSameParty(before, requested);
    return changedRegistration(before, requested, ports);
  };
  return updateClient(access, { ...patch, register }, ports);
}

function assertSameParty({ party }: ApplicationRegistration, requested: RequestedRegistration): void {
  if (requested.party === undefined || requested.party === party) return;
  throw new DomainError('invalid_request', 'The party of an application never changes: register another one.', {
    field: 'party',
  });
}

/**
 * Deletes an application. From now on it gets no tokens, and its access tokens are inactive.
 * @throws DomainError as `deleteClient` does; `conflict` for the administrator of the workspace
 */
export async function deleteApplication(
  access: ClientAccess,
  ports: Ports & {
    readonly clientRemover: ClientRemover;
    readonly directory: RemovalNotes;
    readonly clock: Clock;
    readonly random: Random;
  },
): Promise<void> {
  const { caller, owner, clientId, expectedVersion } = access;
  await assertNotAdministrator(clientId, ports);
  assertVersion(await getClient(caller, owner, clientId, ports), expectedVersion);
  await noteRemoval({ type: 'application', clientId }, ports);
  await deleteClient(access, ports);
}
