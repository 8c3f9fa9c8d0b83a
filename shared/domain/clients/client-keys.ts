import { assertMayManageCredential, type ManagementCaller } from '../access/authority.ts';
import { findServiceUser } from '../access/standing.ts';
import type { Clock, Random } from '../ambient.ts';
import { DomainError, notFound } from '../errors.ts';
import type { ClientWriter } from '../records/change-record.ts';
import type { Client, ClientKeyAlgorithm, StoredKey } from '../records/client.ts';
import { expiryOf, isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { tenantKey } from '../records/principals.ts';
import { newKeyClient } from '../registration/new-client.ts';
import { findOwner, openLook } from './client-ownership.ts';

/** The service user that a key belongs to. */
interface KeyOwner {
  readonly tenantId: string;
  readonly serviceUserId: string;
}

/** A key to create: a public key that the caller made, or the algorithm of a key that Mintmark makes. */
export interface KeyRequest {
  readonly owner: KeyOwner;
  readonly title: string;
  /** Undefined for RS256. It is ignored if there is a public key. */
  readonly algorithm?: ClientKeyAlgorithm | undefined;
  readonly publicKey?: Readonly<Record<string, string>> | undefined;
  /** Undefined or null for a key that does not expire. */
  readonly expiresInSeconds?: number | null | undefined;
}

/** A client with its key. If Mintmark made the key, the private key (PKCS#8, PEM) is in this result only. */
export interface WithNewKey {
  readonly client: Client;
  readonly privateKey?: string | undefined;
}

/** A new key pair. The private key (PKCS#8, PEM) is in this result only. */
export interface NewKeyPair {
  readonly key: StoredKey;
  readonly privateKey: string;
}

/** Makes and checks the keys with which clients sign. */
export interface ClientKeys {
  generate(algorithm: ClientKeyAlgorithm): Promise<NewKeyPair>;
  /** Returns the stored form of a public key (JWK, RFC 7517); undefined if the key is weak or malformed. */
  examine(jwk: Readonly<Record<string, string>>): StoredKey | undefined;
}

interface CreationPorts {
  readonly records: RecordReader;
  readonly clients: ClientWriter;
  readonly clientKeys: ClientKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Adds a key to a service user. The key is a client of its own.
 * @throws DomainError `not_found` for the service user; `forbidden` for a service user stronger than the caller;
 * `invalid_request` for a public key that is weak or malformed
 */
export async function createKey(
  caller: ManagementCaller,
  { owner, title, algorithm = 'RS256', publicKey, expiresInSeconds }: KeyRequest,
  ports: CreationPorts,
): Promise<WithNewKey> {
  const look = openLook(owner, ports);
  const subject = await findOwner(caller, owner, look);
  await assertMayManageCredential(caller, { subject, roleIds: [] }, look);
  const { key, privateKey } = await obtainKey(publicKey, algorithm, ports.clientKeys);
  const expiresAtSeconds = expiryOf(expiresInSeconds, ports.clock.nowSeconds());
  const description = { subject, description: title, createdBy: caller.subject, expiresAtSeconds };
  const client = newKeyClient(description, key, ports);
  await ports.clients.insert(client);
  return { client, privateKey };
}

/**
 * Finds one public key of a service user, for verifiers of the tokens that the service user signs itself.
 * @throws DomainError `not_found` if the key is unknown, expired or disabled, if it belongs to another service user,
 * and if the tenant or the service user is not active
 */
export async function findPublicKey(
  { tenantId, serviceUserId, keyId }: KeyOwner & { readonly keyId: string },
  { records, clock }: { readonly records: RecordReader; readonly clock: Clock },
): Promise<{ readonly kid: string; readonly key: StoredKey }> {
  const look = records.open(keyId);
  const [tenant, serviceUser, client] = await Promise.all([
    look.find(tenantKey(tenantId)),
    findServiceUser({ tenantId, serviceUserId }, look),
    look.client(keyId),
  ]);
  if (tenant?.status !== 'active' || serviceUser?.status !== 'active') throw notFound();
  if (client?.key === undefined || !isLive(client, clock.nowSeconds())) throw notFound();
  const { subject, key } = client;
  if (subject.type !== 'serviceUser' || subject.serviceUserId !== serviceUserId) throw notFound();
  return { kid: client.id, key };
}

async function obtainKey(
  publicKey: KeyRequest['publicKey'],
  algorithm: ClientKeyAlgorithm,
  clientKeys: ClientKeys,
): Promise<Pick<NewKeyPair, 'key'> & Partial<NewKeyPair>> {
  if (publicKey === undefined) return clientKeys.generate(algorithm);
  const key = clientKeys.examine(publicKey);
  if (key !== undefined) return { key };
  throw new DomainError(
    'invalid_request',
    'Mintmark does not accept this public key. It accepts RSA keys of 2048 to 4096 bits and P-256 keys.',
    { field: 'publicKey' },
  );
}
