import { assertMayManageCredential, type ManagementCaller } from '../access/authority.ts';
import { changedOwnQuota, type TokenQuotaChange } from '../access/token-quota.ts';
import type { Clock, Random } from '../ambient.ts';
import type { JsonObject } from '../json.ts';
import type { Pepper } from '../keys/ports.ts';
import { acceptedMetadata } from '../metadata.ts';
import type { ClientWriter } from '../records/change-record.ts';
import type { ClientOwner } from '../records/client.ts';
import { expiryOf } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import type { ApplicationRegistration } from '../records/registration.ts';
import { importedSecret } from '../registration/imported-secrets.ts';
import {
  type ClientDescription,
  type MadeClient,
  newClient,
  newClientWithImportedSecret,
  newClientWithoutCredential,
} from '../registration/new-client.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { proofOf } from '../registration/registration.ts';
import { findOwner, openLook } from './client-ownership.ts';

/** A client to create: a secret of a service user, or an application. */
export interface ClientRequest {
  readonly owner: ClientOwner;
  readonly description: string;
  readonly metadata?: JsonObject | undefined;
  /** Undefined or null for a client that does not expire. */
  readonly expiresInSeconds?: number | null | undefined;
  /** The hash of a secret that another product made; undefined for a new secret. */
  readonly importedHash?: string | undefined;
  /** The longest lifetime of an access token of this client; undefined for the API's own limit. */
  readonly tokenLifetimeSeconds?: number | undefined;
  readonly tokenQuota?: TokenQuotaChange | null | undefined;
  readonly registration?: ApplicationRegistration | undefined;
}

interface CreationPorts {
  readonly records: RecordReader;
  readonly clients: ClientWriter;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly clock: Clock;
  readonly random: Random;
  readonly importedSecrets: boolean;
}

/**
 * Creates a client for its owner. The client gets one secret, unless it is registered for another proof. The secret is
 * in this result only. Mintmark never knows the text of an imported secret.
 * @throws DomainError as `importedSecret` does; `not_found` for an owner that the caller cannot see; `forbidden` for an
 * owner stronger than the caller
 */
export async function createClient(
  caller: ManagementCaller,
  request: ClientRequest,
  ports: CreationPorts,
): Promise<MadeClient> {
  const made = await prepareClient(caller, request, ports);
  await ports.clients.insert(made.client);
  return made;
}

/** Makes a client by the rules of `createClient`. The caller stores it. @throws DomainError as `createClient` does */
export async function prepareClient(
  caller: ManagementCaller,
  request: ClientRequest,
  ports: Omit<CreationPorts, 'clients'>,
): Promise<MadeClient> {
  const look = openLook(request.owner, ports);
  const subject = await findOwner(caller, request.owner, look);
  await assertMayManageCredential(caller, { subject, roleIds: [] }, look);

  const { description, expiresInSeconds, tokenLifetimeSeconds, registration } = request;
  const described = {
    subject,
    description,
    createdBy: caller.subject,
    metadata: acceptedMetadata(request.metadata),
    expiresAtSeconds: expiryOf(expiresInSeconds, ports.clock.nowSeconds()),
    tokenLifetimeSeconds,
    tokenQuota: changedOwnQuota(undefined, request.tokenQuota),
    registration,
    ownerUserId: request.owner.developerId,
  };
  return makeClient(caller, described, request.importedHash, ports);
}

async function makeClient(
  caller: ManagementCaller,
  described: ClientDescription,
  importedHash: string | undefined,
  ports: Omit<CreationPorts, 'clients'>,
): Promise<MadeClient> {
  const client = newClientWithoutCredential(described, ports);
  if (proofOf(client) !== 'secret') return { client };
  if (importedHash === undefined) return newClient(described, ports);
  return newClientWithImportedSecret(importedSecret(caller, { importedHash }, ports), described, ports);
}
