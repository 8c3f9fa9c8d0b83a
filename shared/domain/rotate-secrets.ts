import { type ApiTokenAccess, changeApiToken } from './api-tokens.ts';
import {
  withoutSecret,
  withRotation,
  withRotationCancelled,
  withRotationFinished,
  withSecret,
} from './client-secrets.ts';
import type { ClientChanger, Clock, Pepper, Random, SecretHasher, StandingReader } from './ports.ts';
import type { Client } from './records.ts';
import { newSecret } from './secret.ts';

interface Ports {
  readonly standing: StandingReader;
  readonly clientChanger: ClientChanger;
  readonly clock: Clock;
}
interface MintingPorts extends Ports {
  readonly pepper: Pepper;
  readonly hasher: SecretHasher;
  readonly random: Random;
}

/** A client after a change that made a secret; the clear secret exists in this answer only. */
export interface WithNewSecret {
  readonly client: Client;
  readonly secret: string;
}

/** Adds a secret to an API token beside those it has. @throws DomainError as `changeApiToken` and `withSecret` do */
export async function addSecret(
  access: ApiTokenAccess,
  request: { readonly title?: string | undefined; readonly expiresInSeconds?: number | null | undefined },
  ports: MintingPorts,
): Promise<WithNewSecret> {
  const now = ports.clock.nowSeconds();
  const expiresAtSeconds = request.expiresInSeconds == null ? undefined : now + request.expiresInSeconds;
  const secret = await mint(access, { title: request.title, expiresAtSeconds }, ports);
  const client = await changeApiToken(access, (before) => withSecret(before, secret.stored, now), ports);
  return { client, secret: secret.value };
}

/**
 * Gives an API token a new secret; the old ones go on working for `graceSeconds`.
 * @throws DomainError as `changeApiToken` and `withRotation` do
 */
export async function rotateSecrets(
  access: ApiTokenAccess,
  graceSeconds: number,
  ports: MintingPorts,
): Promise<WithNewSecret> {
  const now = ports.clock.nowSeconds();
  const secret = await mint(access, {}, ports);
  const rotate = (before: Client) => withRotation(before, secret.stored, graceSeconds, now);
  return { client: await changeApiToken(access, rotate, ports), secret: secret.value };
}

/** Ends a rotation's overlap now. @throws DomainError as `changeApiToken` and `withRotationFinished` do */
export function finishRotation(access: ApiTokenAccess, ports: Ports): Promise<Client> {
  return changeApiToken(access, (before) => withRotationFinished(before, ports.clock.nowSeconds()), ports);
}

/** Takes a rotation back. @throws DomainError as `changeApiToken` and `withRotationCancelled` do */
export function cancelRotation(access: ApiTokenAccess, ports: Ports): Promise<Client> {
  return changeApiToken(access, (before) => withRotationCancelled(before, ports.clock.nowSeconds()), ports);
}

/** Removes one secret of an API token. @throws DomainError as `changeApiToken` and `withoutSecret` do */
export async function deleteSecret(access: ApiTokenAccess, secretId: string, ports: Ports): Promise<void> {
  await changeApiToken(access, (before) => withoutSecret(before, secretId, ports.clock.nowSeconds()), ports);
}

function mint(
  { caller, clientId }: ApiTokenAccess,
  request: { readonly title?: string | undefined; readonly expiresAtSeconds?: number | undefined },
  ports: MintingPorts,
) {
  return newSecret({ clientId, createdBy: caller.subject, ...request }, ports);
}
