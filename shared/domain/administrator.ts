import { DomainError } from './errors.ts';
import type { StandingReader } from './ports.ts';
import { nameKey } from './records.ts';

/**
 * Somebody must be able to manage the workspace. Who wants another administrator lets `bootstrap` make one.
 * @throws DomainError `conflict` where this client is the workspace's administrator
 */
export async function assertNotAdministrator(
  clientId: string,
  { standing }: { readonly standing: StandingReader },
): Promise<void> {
  const claim = await standing.open(clientId).find('name', nameKey('administrator', 'workspace'));
  if (claim?.ownerId !== clientId) return;
  throw new DomainError('conflict', 'This is the administrator of the workspace: name another one first.');
}
