import { assertMayGrant, type ManagementCaller } from '../access/authority.ts';
import { changedOwnQuota, type TokenQuotaChange } from '../access/token-quota.ts';
import type { Clock, Random } from '../ambient.ts';
import { assertVersion, DomainError, notFound, preconditionFailed } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Pepper } from '../keys/ports.ts';
import { acceptedMetadata, mergeMetadata } from '../metadata.ts';
import type { ClientChanger, ClientRemover, ClientWriter } from '../records/change-record.ts';
import type { Client, ClientOwner } from '../records/client.ts';
import { expiryOf, movedMark } from '../records/lifecycle.ts';
import type { ClientLister, Page, PageRequest } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import type { ApplicationRegistration } from '../records/registration.ts';
import { withUsableSecrets } from '../registration/client-secrets.ts';
import {
  bareClient,
  type ClientDescription,
  type MadeClient,
  newClient,
  newClientOfImported,
} from '../registration/new-client.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { proofOf } from '../registration/registration.ts';
import { type ClientAccess, changeOwnClient, findOwner, getClient, openLook } from './client-ownership.ts';
import { importedSecret } from './imported-secrets.ts';

/** What a new client is to be: a service user's secret or an application. */
export interface ClientRequest {
  readonly owner: ClientOwner;
  readonly description: string;
  readonly metadata?: JsonObject | undefined;
  /** Undefined or null for a client that does not expire. */
  readonly expiresInSeconds?: number | null | undefined;
  /** The hash of a secret that another product made; undefined for a new secret. */
  readonly importedHash?: string | undefined;
  /** The longest an access token of this client lives; undefined for what the API says. */
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
 * Creates a client for whoever owns it, with one secret unless it is registered for other proofs. The clear secret
 * exists in this answer only, and not even there where it is imported.
 * @throws DomainError `not_found` for an owner the caller cannot see, `forbidden` for one with roles above the caller's;
 * and as `importedSecret` does
 */
export async function createClient(
  caller: ManagementCaller,
  request: ClientRequest,
  ports: CreationPorts,
): Promise<MadeClient> {
  const look = openLook(request.owner, ports);
  const subject = await findOwner(caller, request.owner, look);
  await assertMayGrant(caller, { subject, roleIds: [] }, look);

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
  };
  const made = await makeClient(caller, described, request.importedHash, ports);
  await ports.clients.insert(made.client);
  return made;
}

async function makeClient(
  caller: ManagementCaller,
  described: ClientDescription,
  importedHash: string | undefined,
  ports: CreationPorts,
): Promise<MadeClient> {
  const client = bareClient(described, ports);
  if (proofOf(client) !== 'secret') return { client };
  if (importedHash === undefined) return newClient(described, ports);
  return newClientOfImported(importedSecret(caller, { importedHash }, ports), described, ports);
}

/**
 * The clients of one owner, newest last unless asked otherwise, without their secrets.
 * @throws DomainError `not_found`, or `invalid_request` for a cursor that is not one of this list's
 */
export async function listClients(
  caller: ManagementCaller,
  owner: ClientOwner,
  page: PageRequest,
  ports: { readonly records: RecordReader; readonly clientList: ClientLister; readonly clock: Clock },
): Promise<Page<Client>> {
  await findOwner(caller, owner, openLook(owner, ports));
  return ports.clientList.list(owner, page, ports.clock.nowSeconds());
}

/**
 * Deletes a client for good: it cannot be exchanged and its access tokens are worth nothing from now on. Of several
 * deletions at once one succeeds.
 * @throws DomainError `not_found`; `precondition_failed` for another version than expected
 */
export async function deleteClient(
  { caller, owner, clientId, expectedVersion }: ClientAccess,
  ports: { readonly records: RecordReader; readonly clientRemover: ClientRemover },
): Promise<void> {
  assertVersion(await getClient(caller, owner, clientId, ports), expectedVersion);
  const removal = await ports.clientRemover.remove(clientId, expectedVersion);
  if (removal === 'missing') throw notFound();
  if (removal === 'changed') throw preconditionFailed();
}

/** What may change about a client. Its expiry may only come closer. */
export interface ClientPatch {
  readonly description?: string | undefined;
  readonly metadata?: JsonObject | null | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly expiresInSeconds?: number | undefined;
  readonly tokenLifetimeSeconds?: number | null | undefined;
  readonly tokenQuota?: TokenQuotaChange | null | undefined;
  /** Every token of it that was issued up to this moment is worth nothing from now on. */
  readonly tokensRevokedUntilSeconds?: number | undefined;
  /** The registration as it is to be, made of the one before. */
  readonly register?: ((before: ApplicationRegistration | undefined) => ApplicationRegistration) | undefined;
}

/** Changes a client. @throws DomainError as `changeOwnClient` does, and `invalid_request` for a later expiry */
export async function updateClient(
  access: ClientAccess,
  patch: ClientPatch,
  ports: { readonly records: RecordReader; readonly clientChanger: ClientChanger; readonly clock: Clock },
): Promise<Client> {
  const now = ports.clock.nowSeconds();
  return changeOwnClient(access, (before) => withChanges(before, patch, now), ports);
}

/** The client after a change. @throws DomainError `invalid_request` for a later expiry */
export function withChanges(before: Client, patch: ClientPatch, nowSeconds: number): Client {
  return withUsableSecrets({
    ...before,
    description: patch.description ?? before.description,
    metadata: mergeMetadata(before.metadata, patch.metadata),
    status: patch.status ?? before.status,
    expiresAtSeconds: earlierExpiry(before, patch.expiresInSeconds, nowSeconds),
    tokenLifetimeSeconds:
      patch.tokenLifetimeSeconds === undefined
        ? before.tokenLifetimeSeconds
        : (patch.tokenLifetimeSeconds ?? undefined),
    tokenQuota: changedOwnQuota(before.tokenQuota, patch.tokenQuota),
    revokedBeforeSeconds: movedMark(before.revokedBeforeSeconds, patch.tokensRevokedUntilSeconds, nowSeconds),
    registration: patch.register?.(before.registration) ?? before.registration,
  });
}

function earlierExpiry({ expiresAtSeconds }: Client, expiresInSeconds: number | undefined, nowSeconds: number) {
  if (expiresInSeconds === undefined) return expiresAtSeconds;
  const requested = nowSeconds + expiresInSeconds;
  if (expiresAtSeconds === undefined || requested <= expiresAtSeconds) return requested;
  throw new DomainError('invalid_request', 'An expiry may only come closer: create a new one instead.', {
    field: 'expiresInSeconds',
  });
}
