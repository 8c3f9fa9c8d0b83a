import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Pepper } from '../keys/ports.ts';
import type { Client, StoredSecret } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { proofOf } from '../registration/registration.ts';
import { isGenuine, parseSecret, type SecretParts } from '../registration/secret.ts';
import { type Credentials, type PresentedSecret, sealedSecretLimits, withinLimits } from './attempt-limits.ts';
import { matchImportedSecret } from './match-imported-secret.ts';
import type { CredentialName, FailureCounter } from './ports.ts';

/** A client that has proven who it is, with the look at the records that its request goes on using. */
export interface AuthenticatedClient {
  readonly client: Client;
  /** What it proved that with; undefined for a public client, which has nothing of the kind. */
  readonly credential: CredentialName | undefined;
  /** When it began to prove that: what it obtains is as old as this, so that no revocation since then misses it. */
  readonly authenticatedAtSeconds: number;
  /** When the credential it used, or the client itself, ends; undefined for never. */
  readonly expiresAtSeconds: number | undefined;
  readonly look: Look;
}

interface Ports {
  readonly records: RecordReader;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly clock: Clock;
  /** Whether this deployment takes secrets that another product made. */
  readonly importedSecrets: boolean;
  readonly failures: FailureCounter;
}

/**
 * Client authentication by secret (RFC 6749 §2.3.1), in the order of cost: what Mintmark never issued is refused
 * without reading or hashing anything; what it did issue costs one read and one comparison, right or wrong, until
 * it was refused too often. In deployments with imported secrets, what Mintmark never issued costs that too.
 * @throws DomainError `invalid_client`, the same for unknown, disabled, expired, wrong and for clients that are registered
 * to prove themselves otherwise; `rate_limited`
 */
export async function authenticateClient(presented: PresentedSecret, ports: Ports): Promise<AuthenticatedClient> {
  const now = ports.clock.nowSeconds();
  const genuine = await firstGenuine(presented.readings, ports.pepper);
  const match = genuine
    ? await matchSecret(genuine, presented.source, ports)
    : await matchImportedSecret(presented, now, ports);
  if (match === undefined) throw invalidClient({ isForged: genuine === undefined });
  const { client, secret, look } = match;
  const credential = { clientId: client.id, selector: secret.selector };
  const expiresAtSeconds = earliest(client.expiresAtSeconds, secret.expiresAtSeconds);
  return { client, credential, look, authenticatedAtSeconds: now, expiresAtSeconds };
}

async function matchSecret({ clientId, secret: clear, parts }: Genuine, source: string, ports: Ports) {
  const { records, hasher, clock } = ports;
  const look = records.open(clientId);
  const client = await look.client(clientId);
  const secret = client && findLiveSecret(client, parts.selector, clock.nowSeconds());
  const hash = secret?.hash ?? hasher.decoyHash;
  const match = client && secret && { client, secret, look };
  // A client that was let in before goes on while others are made to wait.
  if (match !== undefined && hasher.remembers(clear, hash)) return match;
  const sealed = { clientId, selector: parts.selector, isLive: match !== undefined };
  const limits = sealedSecretLimits(sealed, source);
  return withinLimits(limits, async () => ((await hasher.compare(clear, hash)) ? match : undefined), ports);
}

/** The one refusal for unknown, disabled, expired and wrong: nobody learns which it was (B13, B14). */
export function invalidClient(details: { readonly isForged?: boolean } = {}): DomainError {
  return new DomainError('invalid_client', 'The client is unknown or its credentials are wrong.', details);
}

async function firstGenuine(readings: readonly Credentials[], pepper: Pepper) {
  const candidates = await Promise.all(readings.map((reading) => readGenuine(reading, pepper)));
  return candidates.find((candidate) => candidate !== undefined);
}

interface Genuine extends Credentials {
  readonly parts: SecretParts;
}

async function readGenuine({ clientId, secret }: Credentials, pepper: Pepper): Promise<Genuine | undefined> {
  const parts = parseSecret(secret);
  if (parts === undefined || !(await isGenuine(clientId, parts, pepper))) return undefined;
  return { clientId, secret, parts };
}

function findLiveSecret(client: Client, selector: string, nowSeconds: number): StoredSecret | undefined {
  if (!isLive(client, nowSeconds) || proofOf(client) !== 'secret') return undefined;
  return client.secrets.find((secret) => secret.selector === selector && isLive(secret, nowSeconds));
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
