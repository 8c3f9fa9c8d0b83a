import { isAdministrator } from '../access/administrator.ts';
import { DomainError } from '../errors.ts';
import type { Client } from '../records/client.ts';
import type { RecordReader } from '../records/look.ts';
import { liveSecrets } from '../registration/client-secrets.ts';

interface Ports {
  readonly records: RecordReader;
}

/**
 * Protects the administrator from a change that ends its access, because the workspace needs a client that can manage
 * it. `bootstrap` makes another administrator.
 * @throws DomainError `conflict` if this client is the administrator
 */
export async function assertNotAdministrator(clientId: string, { records }: Ports): Promise<void> {
  if (!(await isAdministrator(clientId, records.open(clientId)))) return;
  throw new DomainError(
    'conflict',
    'This client is the administrator of the workspace. Make another administrator first.',
  );
}

/**
 * Checks that the administrator has an active secret without expiry. Otherwise time alone would lock it out.
 * @throws DomainError `conflict` if every active secret expires
 */
export function assertLastingSecret(administrator: Client, nowSeconds: number): void {
  if (hasLastingSecret(administrator, nowSeconds)) return;
  throw new DomainError('conflict', 'The administrator needs a secret that does not expire. Add such a secret first.');
}

/** Whether a client has an active secret without expiry. */
export function hasLastingSecret(client: Client, nowSeconds: number): boolean {
  return liveSecrets(client, nowSeconds).some(({ expiresAtSeconds }) => expiresAtSeconds === undefined);
}
