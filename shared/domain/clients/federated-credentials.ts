import { assertMayGrant, type ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { isSelective } from '../authentication/workload-token.ts';
import { DomainError } from '../errors.ts';
import type { ClientWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { expiryOf } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import type { Trust } from '../records/registration.ts';
import { isFetchableUrl, isIssuerUrl } from '../registration/issuer-urls.ts';
import { bareClient } from '../registration/new-client.ts';
import type { TrustedKeys } from '../registration/ports.ts';
import { findOwner, openLook } from './client-ownership.ts';

/** A federated credential that is to be made. */
export interface FederatedCredentialRequest extends Omit<Trust, 'audience'> {
  readonly owner: { readonly tenantId: string; readonly serviceUserId: string };
  readonly title: string;
  /** Undefined for this server's own issuer. */
  readonly audience?: string | undefined;
  /** Undefined or null for one that does not expire. */
  readonly expiresInSeconds?: number | null | undefined;
}

interface Ports {
  readonly issuer: string;
  readonly records: RecordReader;
  readonly clients: ClientWriter;
  readonly trustedKeys: TrustedKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Trusts another issuer to say which workload is this service user. The trust is a client of its own, like a secret or a key.
 * @throws DomainError `not_found`, `forbidden` for a service user above the caller's own level, `invalid_request` for
 * URLs that nobody should fetch from, conditions that others' workloads meet too, and keys that are weak or none
 */
export async function createFederatedCredential(
  caller: ManagementCaller,
  { owner, title, expiresInSeconds, audience, ...trusted }: FederatedCredentialRequest,
  ports: Ports,
): Promise<Client> {
  const look = openLook(owner, ports);
  const subject = await findOwner(caller, owner, look);
  await assertMayGrant(caller, { subject, roleIds: [] }, look);
  const trust = { ...trusted, audience: audience ?? ports.issuer };
  assertSound(trust, ports);
  const expiresAtSeconds = expiryOf(expiresInSeconds, ports.clock.nowSeconds());
  const description = { subject, description: title, createdBy: caller.subject, expiresAtSeconds };
  const client = { ...bareClient(description, ports), trust };
  await ports.clients.insert(client);
  return client;
}

function assertSound({ issuer, jwksUri, jwks, conditions }: Trust, { trustedKeys }: Ports): void {
  if (!isIssuerUrl(issuer)) throw refused('issuer', 'An issuer is an https URL, as it is usually spelled.');
  if (jwks === undefined && !isFetchableUrl(jwksUri ?? issuer)) {
    throw refused(
      jwksUri === undefined ? 'issuer' : 'jwksUri',
      'Keys are fetched by https from public names, at the usual port. For other issuers, send their keys as jwks.',
    );
  }
  if (!isSelective(conditions)) {
    throw refused('conditions', 'One condition has to say whose workload it is: usually that on sub.');
  }
  if (jwks === undefined || jwks.every((jwk) => trustedKeys.isStrong(jwk))) return;
  throw refused('jwks', 'Mintmark takes public keys of RSA with 2048 to 4096 bits, P-256, P-384 and Ed25519.');
}

function refused(field: string, description: string): DomainError {
  return new DomainError('invalid_request', description, { field });
}
