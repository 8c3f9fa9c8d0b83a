import type { Clock } from '../ambient.ts';
import { notFound } from '../errors.ts';
import type { RecordReader } from '../records/look.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { StatusEntries, StatusListMemory } from '../tokens/ports.ts';
import { readStatusList } from '../tokens/status-list.ts';
import { listNumber, statusListUri } from '../tokens/status-places.ts';
import { statementAlgorithms } from './sign-introspection.ts';

/** The claims of a status list token (draft-ietf-oauth-status-list, section 5.1), the list itself as plain bytes. */
export interface StatusListClaims {
  readonly iss: string;
  /** Where the list is published. */
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly ttl: number;
  readonly statuses: Uint8Array;
}

/** A list as it is published. */
export interface PublishedStatusList {
  readonly jwt: string;
  /** From this moment on there is a newer one. */
  readonly renewedAtSeconds: number;
}

interface Ports {
  readonly issuer: string;
  readonly statusEntries: StatusEntries;
  readonly records: RecordReader;
  readonly statusListSigner: StatusListSigner;
  readonly publishedLists: StatusListMemory<PublishedStatusList>;
  readonly clock: Clock;
}

/**
 * The list of this number, signed. A process makes and signs it once in half of its time to live, so that whoever gets
 * it can go by it for the other half at least.
 * @throws DomainError `not_found`
 */
export async function publishStatusList(
  name: string,
  ports: Ports,
): Promise<{ readonly jwt: string; readonly maxAgeSeconds: number }> {
  const list = listNumber(name);
  if (list === undefined) throw notFound();
  const now = ports.clock.nowSeconds();
  const isFresh = ({ renewedAtSeconds }: PublishedStatusList) => now < renewedAtSeconds;
  const published = await ports.publishedLists.recall(list, isFresh, () => signStatusList(list, ports));
  if (published === undefined) throw notFound();
  return { jwt: published.jwt, maxAgeSeconds: Math.max(0, published.renewedAtSeconds - now) };
}

async function signStatusList(list: number, ports: Ports): Promise<PublishedStatusList | undefined> {
  const made = await readStatusList(list, ports);
  if (made === undefined) return undefined;
  const { statuses, asOfSeconds: iat, ttlSeconds: ttl } = made;
  const [algorithm] = statementAlgorithms(ports.statusListSigner.algorithms);
  if (algorithm === undefined) throw new Error('The workspace has no signing key.');
  const claims = { iss: ports.issuer, sub: statusListUri(list, ports.issuer), iat, exp: iat + ttl, ttl, statuses };
  return {
    jwt: await ports.statusListSigner.sign(claims, algorithm),
    renewedAtSeconds: iat + Math.floor(ttl / 2),
  };
}

/** Signs status lists; their type keeps them from ever passing for tokens. */
export interface StatusListSigner {
  sign(claims: StatusListClaims, algorithm: SigningAlgorithm): Promise<string>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}
