import { isAdministrator } from '../access/administrator.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertLastingSecret } from '../directory/administrator.ts';
import type { Pepper } from '../keys/ports.ts';
import type { ClientChanger } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { expiryOf } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import {
  assertSameSecrets,
  withoutSecret,
  withRotation,
  withRotationCancelled,
  withRotationFinished,
  withSecret,
  withTokensRevoked,
} from '../registration/client-secrets.ts';
import { importedSecret, withImportedSecret } from '../registration/imported-secrets.ts';
import type { WithNewSecret } from '../registration/new-client.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { newSecret } from '../registration/secret.ts';
import { type ClientAccess, changeOwnClient, getClient } from './client-ownership.ts';

interface Ports {
  readonly records: RecordReader;
  readonly clientChanger: ClientChanger;
  readonly clock: Clock;
}

interface SecretMakingPorts extends Ports {
  readonly pepper: Pepper;
  readonly hasher: SecretHasher;
  readonly random: Random;
}

interface SecretRequest {
  readonly title?: string | undefined;
  readonly expiresInSeconds?: number | null | undefined;
}

/** Adds a new secret to a client. @throws DomainError as `changeOwnClient` and `withSecret` do */
export async function addSecret(
  access: ClientAccess,
  { title, expiresInSeconds }: SecretRequest,
  ports: SecretMakingPorts,
): Promise<WithNewSecret> {
  const now = ports.clock.nowSeconds();
  const secret = await makeSecret(access, { title, expiresAtSeconds: expiryOf(expiresInSeconds, now) }, ports);
  const client = await changeOwnClient(access, (before) => withSecret(before, secret.stored, now), ports);
  return { client, secret: secret.value };
}

/**
 * Adds a secret that another product made. `importedHash` is its bcrypt hash.
 * @throws DomainError as `importedSecret`, `changeOwnClient` and `withImportedSecret` do
 */
export function importSecret(
  access: ClientAccess,
  { importedHash, title, expiresInSeconds }: SecretRequest & { readonly importedHash: string },
  ports: Ports & { readonly importedSecrets: boolean; readonly random: Random },
): Promise<Client> {
  const now = ports.clock.nowSeconds();
  const expiresAtSeconds = expiryOf(expiresInSeconds, now);
  const secret = importedSecret(access.caller, { importedHash, title, expiresAtSeconds }, ports);
  return changeOwnClient(access, (before) => withImportedSecret(before, secret, now), ports);
}

/**
 * Gives a client a new secret. The old secrets stay active for `graceSeconds`. If several requests rotate at once, one
 * succeeds.
 * @throws DomainError as `changeOwnClient` and `withRotation` do; `conflict` if the secrets changed meanwhile
 */
export async function rotateSecrets(
  access: ClientAccess,
  graceSeconds: number,
  ports: SecretMakingPorts,
): Promise<WithNewSecret> {
  const now = ports.clock.nowSeconds();
  const first = await getClient(access.caller, access.owner, access.clientId, ports);
  const secret = await makeSecret(access, {}, ports);
  const rotate = (before: Client) => {
    assertSameSecrets(first, before);
    return withRotation(before, secret.stored, graceSeconds, now);
  };
  return { client: await changeOwnClient(access, rotate, ports), secret: secret.value };
}

/** Ends the old secrets of a rotation now. @throws DomainError as `changeOwnClient` and `withRotationFinished` do */
export function finishRotation(access: ClientAccess, ports: Ports): Promise<Client> {
  return changeOwnClient(access, (before) => withRotationFinished(before, ports.clock.nowSeconds()), ports);
}

/**
 * Cancels a rotation: the new secret is removed, and the old secrets get their earlier expiry back.
 * @throws DomainError as `changeOwnClient` and `withRotationCancelled` do
 */
export function cancelRotation(access: ClientAccess, ports: Ports): Promise<Client> {
  return changeOwnClient(access, (before) => withRotationCancelled(before, ports.clock.nowSeconds()), ports);
}

/**
 * Deletes one secret of a client.
 * @throws DomainError as `changeOwnClient` and `withoutSecret` do; `conflict` for the administrator's last secret
 * without expiry
 */
export async function deleteSecret(access: ClientAccess, secretId: string, ports: Ports): Promise<void> {
  const now = () => ports.clock.nowSeconds();
  const isLastingRequired = await isAdministrator(access.clientId, ports.records.open(access.clientId));
  const remove = (before: Client) => {
    const after = withoutSecret(before, secretId, now());
    if (isLastingRequired) assertLastingSecret(after, now());
    return after;
  };
  const { revokedBeforeSeconds = 0 } = await changeOwnClient(access, remove, ports);
  // A client may have authenticated with the secret in the second of the write. Tokens from that second must end, too.
  if (now() < revokedBeforeSeconds) return;
  const newest = { ...access, expectedVersion: undefined };
  await changeOwnClient(newest, (client) => withTokensRevoked(client, now()), ports);
}

function makeSecret(
  { caller, clientId }: ClientAccess,
  request: { readonly title?: string | undefined; readonly expiresAtSeconds?: number | undefined },
  ports: SecretMakingPorts,
) {
  return newSecret({ clientId, createdBy: caller.subject, ...request }, ports);
}
