import { assertNotAdministrator } from './administrator.ts';
import type { ManagementCaller } from './authority.ts';
import { type ClientAccess, getClient } from './client-ownership.ts';
import { type ClientPatch, type ClientRequest, createClient, deleteClient, updateClient } from './clients.ts';
import { assertVersion } from './errors.ts';
import type { MadeClient } from './new-client.ts';
import type { Clock, Random, StandingReader } from './ports.ts';
import type { ClientChanger, ClientRemover, DirectoryWriter } from './record-ports.ts';
import type { ApplicationRegistration, Client } from './records.ts';
import { assertRedirectUris } from './redirect-uris.ts';
import { noteRemoval } from './removals.ts';

interface Ports {
  readonly standing: StandingReader;
}

type Requested<Record> = { readonly [Name in keyof Record]?: Record[Name] | undefined };

/** RFC 7591 §2 and the workspace's own choices, for an application that says nothing else. */
const DEFAULT_REGISTRATION: ApplicationRegistration = {
  party: 'first',
  tokenEndpointAuthMethod: 'client_secret_basic',
  redirectUris: [],
};

/** What an application is registered with. */
export function registrationOf({ registration }: Pick<Client, 'registration'>): ApplicationRegistration {
  return registration ?? DEFAULT_REGISTRATION;
}

export type ApplicationRequest = Omit<ClientRequest, 'owner' | 'registration'> & Requested<ApplicationRegistration>;

/**
 * Registers an application of the workspace, with one secret.
 * @throws DomainError as `createClient` does, and `invalid_request` for what cannot be a redirect URI
 */
export function createApplication(
  caller: ManagementCaller,
  { party, tokenEndpointAuthMethod, redirectUris, ...request }: ApplicationRequest,
  ports: Parameters<typeof createClient>[2],
): Promise<MadeClient> {
  const requested = { party, tokenEndpointAuthMethod, redirectUris };
  const registration = changedRegistration(DEFAULT_REGISTRATION, requested);
  return createClient(caller, { owner: {}, ...request, registration }, ports);
}

/** What may change about an application; first or third party it stays. */
export type ApplicationPatch = Omit<ClientPatch, 'register'> & Requested<Omit<ApplicationRegistration, 'party'>>;

/**
 * Changes an application.
 * @throws DomainError as `updateClient` does, `invalid_request` for what cannot be a redirect URI, and `conflict` for
 * locking the workspace's administrator out
 */
export async function updateApplication(
  access: ClientAccess,
  { tokenEndpointAuthMethod, redirectUris, ...patch }: ApplicationPatch,
  ports: Ports & { readonly clientChanger: ClientChanger; readonly clock: Clock },
): Promise<Client> {
  const locksOut = patch.status === 'disabled' || patch.expiresInSeconds !== undefined;
  if (locksOut) await assertNotAdministrator(access.clientId, ports);
  const register = (before = DEFAULT_REGISTRATION) =>
    changedRegistration(before, { tokenEndpointAuthMethod, redirectUris });
  return updateClient(access, { ...patch, register }, ports);
}

/**
 * Deletes an application; it can obtain nothing more, and what it obtained is worth nothing.
 * @throws DomainError `not_found`, and `conflict` for the workspace's administrator
 */
export async function deleteApplication(
  access: ClientAccess,
  ports: Ports & {
    readonly clientRemover: ClientRemover;
    readonly directory: DirectoryWriter;
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

function changedRegistration(
  before: ApplicationRegistration,
  { party, tokenEndpointAuthMethod, redirectUris }: Requested<ApplicationRegistration>,
): ApplicationRegistration {
  if (redirectUris !== undefined) assertRedirectUris(redirectUris);
  return {
    party: party ?? before.party,
    tokenEndpointAuthMethod: tokenEndpointAuthMethod ?? before.tokenEndpointAuthMethod,
    redirectUris: redirectUris ?? before.redirectUris,
  };
}
