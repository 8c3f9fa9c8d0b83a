import { DomainError } from '../errors.ts';
import type { Client } from '../records/client.ts';
import type { RecordReader } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';
import { liveSecrets } from '../registration/client-secrets.ts';

interface Ports {
  readonly records: RecordReader;
}

/** Whether this client is the workspace's administrator. */
export async function isAdministrator(clientId: string, { records }: Ports): Promise<boolean> {
  const claim = await records.open(clientId).find(nameKey('administrator', 'workspace'));
  return claim?.ownerId === clientId;
}

/**
 * Somebody must be able to manage the workspace. Who wants another administrator lets `bootstrap` make one.
 * @throws DomainError `conflict` where this client is the workspace's administrator
 */
export async function assertNotAdministrator(clientId: string, ports: Ports): Promise<void> {
  if (!(await isAdministrator(clientId, ports))) return;
  throw new DomainError('conflict', 'This is the administrator of the workspace: name another one first.');
}

/**
 * Nor may time lock the administrator out.
 * @throws DomainError `conflict` where every secret that works ends some day
 */
export function assertLastingSecret(administrator: Client, nowSeconds: number): void {
  if (hasLastingSecret(administrator, nowSeconds)) return;
  throw new DomainError('conflict', 'The administrator needs a secret that does not expire: add one first.');
}

/** Whether one of the secrets that work never ends. */
export function hasLastingSecret(client: Client, nowSeconds: number): boolean {
  return liveSecrets(client, nowSeconds).some(({ expiresAtSeconds }) => expiresAtSeconds === undefined);
}
