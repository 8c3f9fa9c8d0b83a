import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { isIdOf, isMadeId } from '../ids.ts';
import { type Client, subjectId } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { assertionKeysOf } from '../registration/registration.ts';
import { endOfAssertion, isTimely } from './assertion.ts';
import { type AuthenticatedClient, invalidClient } from './authenticate-client.ts';
import type { AssertionMemory, AssertionVerifier, UnverifiedAssertion } from './ports.ts';
import { KEY_SELECTOR } from './usage.ts';

/**
 * A JWT that a client has signed: in the place of its secret (RFC 7523 §2.2), or as the grant itself (§2.1), which also
 * proves who it is from.
 */
export interface Assertion {
  readonly value: string;
  readonly use: 'client' | 'grant';
  /** The `client_id` beside it, which then has to agree (RFC 7521 §4.2). */
  readonly clientId?: string | undefined;
}

interface Ports {
  readonly issuer: string;
  readonly records: RecordReader;
  readonly assertionVerifier: AssertionVerifier;
  readonly assertionMemory: AssertionMemory;
  readonly clock: Clock;
}

/**
 * Client authentication by key, in the order of cost: what an assertion says of itself is judged before anything is read,
 * and its signature before it is remembered. The assertion is redeemed last, so that nobody without the key
 * fills the memory; the first to redeem it is the client, and every later use is a replay.
 * @throws DomainError `invalid_client` or, for a grant, `invalid_grant`: the same for unknown, disabled, expired,
 * forged, misdirected and replayed; `temporarily_unavailable` where the keys that the client publishes cannot be had
 */
export async function authenticateAssertion(assertion: Assertion, ports: Ports): Promise<AuthenticatedClient> {
  const nowSeconds = ports.clock.nowSeconds();
  const authenticated = await redeem(assertion, nowSeconds, ports);
  if (authenticated !== undefined) return authenticated;
  throw assertion.use === 'grant' ? invalidGrant() : invalidClient();
}

/** The one refusal of an assertion that is a grant (RFC 7523 §3.1). */
export function invalidGrant(): DomainError {
  return new DomainError('invalid_grant', 'The assertion is not valid, or was redeemed before.');
}

async function redeem(assertion: Assertion, nowSeconds: number, ports: Ports) {
  const { issuer, assertionVerifier, assertionMemory } = ports;
  const read = assertionVerifier.read(assertion.value);
  if (read === undefined || read.claims.aud !== issuer || !isTimely(read.claims, nowSeconds)) return undefined;
  const clientId = clientIdOf(read);
  if (clientId === undefined || !isMadeId('cli', clientId)) return undefined;
  if (assertion.clientId !== undefined && assertion.clientId !== clientId) return undefined;

  const look = ports.records.open(clientId);
  const client = await look.client(clientId);
  if (client === undefined || !isLive(client, nowSeconds) || !isAboutItself(read, client, assertion)) return undefined;
  const keys = assertionKeysOf(client);
  if (!keys?.algorithms.includes(read.algorithm)) return undefined;
  if (!(await assertionVerifier.isGenuine(assertion.value, keys))) return undefined;

  const { claims } = read;
  const redeemed = { clientId, jti: claims.jti, endsAtSeconds: endOfAssertion(claims) };
  if (!(await assertionMemory.redeem(redeemed, nowSeconds))) return undefined;
  const { expiresAtSeconds } = client;
  const credential = { clientId, selector: KEY_SELECTOR };
  return { client, credential, look, authenticatedAtSeconds: nowSeconds, expiresAtSeconds };
}

/** Whom an assertion is about: a client says its own id, and a service user is found by the name of its key. */
export function clientIdOf({ claims, keyId }: UnverifiedAssertion): string | undefined {
  return isIdOf('cli', claims.sub) ? claims.sub : keyId;
}

/** A client speaks for itself only (RFC 7523 §3); as a grant it may also name whom it acts for. */
function isAboutItself({ claims }: UnverifiedAssertion, client: Client, { use }: Assertion): boolean {
  const { iss, sub } = claims;
  if (iss !== sub) return false;
  return sub === client.id || (use === 'grant' && sub === subjectId(client));
}
