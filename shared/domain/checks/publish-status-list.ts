import type { Clock } from '../ambient.ts';
import { notFound } from '../errors.ts';
import type { RecordReader } from '../records/look.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { StatusEntries, StatusListMemory } from '../tokens/ports.ts';
import { readStatusList } from '../tokens/status-list.ts';
import { listNumber, statusListUri } from '../tokens/status-places.ts';
import { statementAlgorithms } from './sign-introspection.ts';

/**
 * Claims of a status list token (draft-ietf-oauth-status-list, section 5.1). There is no `iss`, so that a verifier that
 * checks the issuer, but not the type, does not take a list for a token. The list is not compressed yet.
 */
export interface StatusListClaims {
  /** The URL of the list. */
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly ttl: number;
  readonly statuses: Uint8Array;
}

/**
 * Signs status lists. The header `typ` differs from the type of tokens, so that a list is never accepted as a token.
 */
export interface StatusListSigner {
  sign(claims: StatusListClaims, algorithm: SigningAlgorithm): Promise<string>;
  /** The algorithms for which this workspace has signing keys. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** A signed status list. */
export interface PublishedStatusList {
  readonly jwt: string;
  /** When a newer list replaces this list, in Unix time. */
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
 * Publishes the status list with this number as a signed JWT. A process makes a new list after half of the time to
 * live, so a verifier can use each list for at least the other half.
 * @throws DomainError `not_found` for a name that is not a number, and for a list without tokens that can be active
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
  const statusList = await readStatusList(list, ports);
  if (statusList === undefined) return undefined;
  const { statuses, asOfSeconds: iat, ttlSeconds: ttl } = statusList;
  const [algorithm] = statementAlgorithms(ports.statusListSigner.algorithms);
  if (algorithm === undefined) throw new Error('The workspace has no signing key.');
  const claims = { sub: statusListUri(list, ports.issuer), iat, exp: iat + ttl, ttl, statuses };
  return {
    jwt: await ports.statusListSigner.sign(claims, algorithm),
    renewedAtSeconds: iat + Math.floor(ttl / 2),
  };
}
