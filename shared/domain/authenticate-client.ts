import { DomainError } from './errors.ts';
import type { Clock, CredentialName, Look, Pepper, SecretHasher, StandingReader } from './ports.ts';
import type { Client, StoredSecret } from './records.ts';
import { isGenuine, parseSecret, type SecretParts } from './secret.ts';
import { isLive } from './standing.ts';

/** A client id and a secret as one reading of the request gives them; HTTP Basic has up to two readings (DEC5). */
export interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

/** A client that has proven who it is, with the look at the records that its request goes on using. */
export interface AuthenticatedClient {
  readonly client: Client;
  readonly credential: CredentialName;
  /** When it began to prove that: what it obtains is as old as this, so that no revocation since then misses it. */
  readonly authenticatedAtSeconds: number;
  /** When the credential it used, or the client itself, ends; undefined for never. */
  readonly expiresAtSeconds: number | undefined;
  readonly look: Look;
}

interface Ports {
  readonly standing: StandingReader;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/**
 * Client authentication by secret (RFC 6749 §2.3.1), in the order of cost: what Mintmark never issued is refused
 * without reading or hashing anything; what it did issue costs one read and one comparison, whatever the answer.
 * @throws DomainError `invalid_client`, the same for unknown, disabled, expired and wrong.
 */
export async function authenticateClient(readings: readonly Credentials[], ports: Ports): Promise<AuthenticatedClient> {
  const genuine = await firstGenuine(readings, ports.pepper);
  if (genuine === undefined) throw invalidClient();

  const now = ports.clock.nowSeconds();
  const look = ports.standing.open(genuine.clientId);
  const client = await look.client(genuine.clientId);
  const secret = client && findLiveSecret(client, genuine.parts.selector, now);
  const matches = await ports.hasher.compare(genuine.secret, secret?.hash ?? ports.hasher.decoyHash);
  if (client === undefined || secret === undefined || !matches) throw invalidClient();
  const expiresAtSeconds = earliest(client.expiresAtSeconds, secret.expiresAtSeconds);
  const credential = { clientId: client.id, selector: secret.selector };
  return { client, credential, look, authenticatedAtSeconds: now, expiresAtSeconds };
}

/** The one refusal for unknown, disabled, expired and wrong: nobody learns which it was (B13, B14). */
export function invalidClient(): DomainError {
  return new DomainError('invalid_client', 'The client is unknown or its credentials are wrong.');
}

async function firstGenuine(readings: readonly Credentials[], pepper: Pepper) {
  const candidates = await Promise.all(readings.map((reading) => readGenuine(reading, pepper)));
  return candidates.find((candidate) => candidate !== undefined);
}

async function readGenuine({ clientId, secret }: Credentials, pepper: Pepper) {
  const parts: SecretParts | undefined = parseSecret(secret);
  if (parts === undefined || !(await isGenuine(clientId, parts, pepper))) return undefined;
  return { clientId, secret, parts };
}

function findLiveSecret(client: Client, selector: string, nowSeconds: number): StoredSecret | undefined {
  if (!isLive(client, nowSeconds)) return undefined;
  return client.secrets.find((secret) => secret.selector === selector && isLive(secret, nowSeconds));
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
