import type { ClientAccess } from './client-ownership.ts';
import { type ClientPatch, deleteClient, updateClient } from './clients.ts';
import { DomainError } from './errors.ts';
import type { ClientChanger, ClientRemover, Clock, StandingReader } from './ports.ts';
import { type Client, nameKey } from './records.ts';

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
  ports: Ports & { readonly clientRemover: ClientRemover },
): Promise<void> {
  await assertNotAdministrator(access.clientId, ports);
  await deleteClient(access, ports);
}

/** Somebody must be able to manage the workspace. Who wants another administrator lets `bootstrap` make one. */
async function assertNotAdministrator(clientId: string, { standing }: Ports): Promise<void> {
  const claim = await standing.open(clientId).find('name', nameKey('administrator', 'workspace'));
  if (claim?.ownerId !== clientId) return;
  throw new DomainError('conflict', 'This is the administrator of the workspace: name another one first.');
}
