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
import type { CredentialName, FailureCounter, UsageReader } from './ports.ts';
import { credentialFrom } from './usage.ts';

/** A client that was authenticated, and the look at the records that the rest of its request uses. */
export interface AuthenticatedClient {
  readonly client: Client;
  /** The credential that authenticated the client; undefined for a public client. */
  readonly credential: CredentialName | undefined;
  /** The credential with the network that it came from; only for imported secrets, which are known by their networks. */
  readonly credentialThere?: CredentialName | undefined;
  /**
   * When the authentication began, in Unix time. Tokens count from this moment, so that a later revocation covers them.
   */
  readonly authenticatedAtSeconds: number;
  /** The earlier expiry of credential and client, in Unix time; undefined if neither expires. */
  readonly expiresAtSeconds: number | undefined;
  readonly look: Look;
}

interface Ports {
  readonly records: RecordReader;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly clock: Clock;
  /** Whether this deployment accepts secrets that another product made. */
  readonly importedSecrets: boolean;
  readonly failures: FailureCounter;
  readonly usage: UsageReader;
}

/**
 * Authenticates a client by its secret (RFC 6749 §2.3.1). A text without the seal of Mintmark is refused before any
 * record is read or hash compared. A sealed secret costs one read and one comparison, right or wrong, until it was
 * refused too often. In deployments with imported secrets, a text without a seal costs the same.
 * @throws DomainError `invalid_client`, the same for a wrong secret, for an unknown, disabled or expired client and for
 * a client that is registered with another method; `rate_limited`
 */
export async function authenticateClient(presented: PresentedSecret, ports: Ports): Promise<AuthenticatedClient> {
  const now = ports.clock.nowSeconds();
  const sealed = await firstSealed(presented.readings, ports.pepper);
  const match = sealed
    ? await matchSecret(sealed, presented.source, ports)
    : await matchImportedSecret(presented, now, ports);
  if (match === undefined) throw invalidClient({ isForged: sealed === undefined });
  const { client, secret, look } = match;
  const credential = { clientId: client.id, selector: secret.selector };
  const expiresAtSeconds = earliest(client.expiresAtSeconds, secret.expiresAtSeconds);
  const credentialThere = secret.imported ? credentialFrom(credential, presented.source) : undefined;
  return { client, credential, credentialThere, look, authenticatedAtSeconds: now, expiresAtSeconds };
}

/** The only refusal of client authentication. It does not tell the reason (B13, B14). */
export function invalidClient(details: { readonly isForged?: boolean } = {}): DomainError {
  return new DomainError('invalid_client', 'The client is unknown or its credentials are wrong.', details);
}

/** Credentials whose secret carries the seal of Mintmark. */
interface SealedCredentials extends Credentials {
  readonly parts: SecretParts;
}

async function firstSealed(readings: readonly Credentials[], pepper: Pepper) {
  const candidates = await Promise.all(readings.map((reading) => readSealed(reading, pepper)));
  return candidates.find((candidate) => candidate !== undefined);
}

async function readSealed({ clientId, secret }: Credentials, pepper: Pepper): Promise<SealedCredentials | undefined> {
  const parts = parseSecret(secret);
  if (parts === undefined || !(await isGenuine(clientId, parts, pepper))) return undefined;
  return { clientId, secret, parts };
}

async function matchSecret({ clientId, secret: clear, parts }: SealedCredentials, source: string, ports: Ports) {
  const { records, hasher, clock } = ports;
  const look = records.open(clientId);
  const client = await look.client(clientId);
  const secret = client && findLiveSecret(client, parts.selector, clock.nowSeconds());
  const hash = secret?.hash ?? hasher.decoyHash;
  const match = client && secret && { client, secret, look };
  // This process authenticated the client before: it need not wait, although other clients must.
  if (match !== undefined && hasher.remembers(clear, hash)) return match;
  const limits = sealedSecretLimits({ clientId, selector: parts.selector, isLive: match !== undefined }, source);
  return withinLimits(limits, async () => ((await hasher.compare(clear, hash)) ? match : undefined), ports);
}

function findLiveSecret(client: Client, selector: string, nowSeconds: number): StoredSecret | undefined {
  if (!isLive(client, nowSeconds) || proofOf(client) !== 'secret') return undefined;
  return client.secrets.find((secret) => secret.selector === selector && isLive(secret, nowSeconds));
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
