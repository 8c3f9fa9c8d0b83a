import { assertNotAdministrator } from './administrator.ts';
import { type ClientAccess, getClient } from './client-ownership.ts';
import { type ClientPatch, deleteClient, updateClient } from './clients.ts';
import { assertVersion } from './errors.ts';
import type { ClientChanger, ClientRemover, Clock, DirectoryWriter, Random, StandingReader } from './ports.ts';
import type { Client } from './records.ts';
import { noteRemoval } from './removals.ts';

interface Ports {
  readonly standing: StandingReader;
}

/**
 * Changes an application.
 * @throws DomainError as `updateClient` does, and `conflict` for locking the workspace's administrator out
 */
export async function updateApplication(
  access: ClientAccess,
  patch: ClientPatch,
  ports: Ports & { readonly clientChanger: ClientChanger; readonly clock: Clock },
): Promise<Client> {
  const locksOut = patch.status === 'disabled' || patch.expiresInSeconds !== undefined;
  if (locksOut) await assertNotAdministrator(access.clientId, ports);
  return updateClient(access, patch, ports);
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
