import { assertMayGrant, type ManagementCaller } from '../access/authority.ts';
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

/** Whose key: a service user's. */
interface KeyOwner {
  readonly tenantId: string;
  readonly serviceUserId: string;
}

/** A key that the caller made, or the algorithm of one that is to be made. */
export interface KeyRequest {
  readonly owner: KeyOwner;
  readonly title: string;
  /** Undefined for RS256; a public key says it itself. */
  readonly algorithm?: ClientKeyAlgorithm | undefined;
  readonly publicKey?: Readonly<Record<string, string>> | undefined;
  /** Undefined or null for a key that does not expire. */
  readonly expiresInSeconds?: number | null | undefined;
}

/** A client with its key; the private half, where Mintmark made it, exists in this answer only. */
export interface WithNewKey {
  readonly client: Client;
  readonly privateKey?: string | undefined;
}

interface CreationPorts {
  readonly records: RecordReader;
  readonly clients: ClientWriter;
  readonly clientKeys: ClientKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Gives a service user one more key, which is a client of its own.
 * @throws DomainError `not_found`, `forbidden` for a service user above the caller's own level, `invalid_request` for
 * a public key that is weak or none
 */
export async function createKey(
  caller: ManagementCaller,
  { owner, title, algorithm = 'RS256', publicKey, expiresInSeconds }: KeyRequest,
  ports: CreationPorts,
): Promise<WithNewKey> {
  const look = openLook(owner, ports);
  const subject = await findOwner(caller, owner, look);
  await assertMayGrant(caller, { subject, roleIds: [] }, look);
  const { key, privateKey } = await obtainKey(publicKey, algorithm, ports.clientKeys);
  const expiresAtSeconds = expiryOf(expiresInSeconds, ports.clock.nowSeconds());
  const description = { subject, description: title, createdBy: caller.subject, expiresAtSeconds };
  const client = newKeyClient(description, key, ports);
  await ports.clients.insert(client);
  return { client, privateKey };
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
    'The public key is not one that Mintmark takes: RSA of 2048 to 4096 bits or P-256.',
    {
      field: 'publicKey',
    },
  );
}

/**
 * One public key of a service user, for whoever has to check what it signed.
 * @throws DomainError `not_found`, the same for unknown and foreign as for everything that is not worth anything now
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

/** Makes and examines the keys that clients sign with. */
export interface ClientKeys {
  generate(algorithm: ClientKeyAlgorithm): Promise<NewKeyPair>;
  /** A caller's public key as it is to be stored; undefined for one that is weak or no key at all. */
  examine(jwk: Readonly<Record<string, string>>): StoredKey | undefined;
}

/** A key pair that was just made; the private half (PKCS#8, PEM) exists in this answer only. */
export interface NewKeyPair {
  readonly key: StoredKey;
  readonly privateKey: string;
}
