import { assertMayManageCredential, type ManagementCaller } from '../access/authority.ts';
import type { Clock, Random } from '../ambient.ts';
import { identifiesOwner } from '../authentication/workload-token.ts';
import { DomainError } from '../errors.ts';
import type { ClientWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { expiryOf } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import type { Trust } from '../records/registration.ts';
import { isFetchableUrl, isIssuerUrl } from '../registration/issuer-urls.ts';
import { newClientWithoutCredential } from '../registration/new-client.ts';
import type { TrustedKeys } from '../registration/ports.ts';
import { findOwner, openLook } from './client-ownership.ts';

/** A federated credential to create: an issuer, and the conditions that its tokens must meet. */
export interface FederatedCredentialRequest extends Omit<Trust, 'audience'> {
  readonly owner: { readonly tenantId: string; readonly serviceUserId: string };
  readonly title: string;
  /** The audience of the issuer's tokens; undefined for the issuer of this workspace. */
  readonly audience?: string | undefined;
  /** Undefined or null for a credential that does not expire. */
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
 * Creates a federated credential: a workload with a token of the issuer can then act for the service user. The
 * credential is a client of its own, like a secret or a key.
 * @throws DomainError `not_found` for the service user; `forbidden` for a service user stronger than the caller;
 * `invalid_request` for a URL that is not https or not public, for conditions that workloads of others can meet, and
 * for keys that are weak or malformed
 */
export async function createFederatedCredential(
  caller: ManagementCaller,
  { owner, title, expiresInSeconds, audience, ...trusted }: FederatedCredentialRequest,
  ports: Ports,
): Promise<Client> {
  const look = openLook(owner, ports);
  const subject = await findOwner(caller, owner, look);
  await assertMayManageCredential(caller, { subject, roleIds: [] }, look);
  const trust = { ...trusted, audience: audience ?? ports.issuer };
  assertAcceptable(trust, ports);
  const expiresAtSeconds = expiryOf(expiresInSeconds, ports.clock.nowSeconds());
  const description = { subject, description: title, createdBy: caller.subject, expiresAtSeconds };
  const client = { ...newClientWithoutCredential(description, ports), trust };
  await ports.clients.insert(client);
  return client;
}

function assertAcceptable({ issuer, jwksUri, jwks, conditions }: Trust, { trustedKeys }: Ports): void {
  if (!isIssuerUrl(issuer)) throw invalidField('issuer', 'An issuer must be an https URL in its usual spelling.');
  if (jwks === undefined && !isFetchableUrl(jwksUri ?? issuer)) {
    throw invalidField(
      jwksUri === undefined ? 'issuer' : 'jwksUri',
      'Keys must have an https URL with a public host name and port 443. For other issuers, send the keys as jwks.',
    );
  }
  if (!identifiesOwner(conditions)) {
    throw invalidField(
      'conditions',
      'One condition must identify the owner of the workload. Usually this is a condition on sub.',
    );
  }
  if (jwks === undefined || jwks.every((jwk) => trustedKeys.isStrong(jwk))) return;
  throw invalidField('jwks', 'Mintmark accepts public keys of RSA with 2048 to 4096 bits, P-256, P-384 and Ed25519.');
}

function invalidField(field: string, description: string): DomainError {
  return new DomainError('invalid_request', description, { field });
}
