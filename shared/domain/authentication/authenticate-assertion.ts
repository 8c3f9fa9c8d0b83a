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
 * A JWT that a client has signed: in place of its secret (RFC 7523 §2.2), or as the grant (§2.1). A grant also
 * authenticates its signer.
 */
export interface Assertion {
  readonly value: string;
  readonly use: 'client' | 'grant';
  /** The `client_id` of the request. If it is there, it must name the client of the assertion (RFC 7521 §4.2). */
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
 * Authenticates a client by an assertion that it signed. Cheap checks come first: the claims before any record is
 * read, then the record, then the signature. The assertion is remembered last, so that only the holder of the key can
 * fill the memory. The first use of an assertion succeeds; every later use is a replay.
 * @throws DomainError `invalid_client` or, for a grant, `invalid_grant`: the same for an unknown, disabled or expired
 * client and for a forged, replayed or misdirected assertion; `temporarily_unavailable` if the keys that the client
 * publishes cannot be fetched
 */
export async function authenticateAssertion(assertion: Assertion, ports: Ports): Promise<AuthenticatedClient> {
  const nowSeconds = ports.clock.nowSeconds();
  const authenticated = await redeem(assertion, nowSeconds, ports);
  if (authenticated !== undefined) return authenticated;
  throw assertion.use === 'grant' ? invalidGrant() : invalidClient();
}

/** The only refusal of an assertion that is a grant (RFC 7523 §3.1). It does not tell the reason. */
export function invalidGrant(): DomainError {
  return new DomainError('invalid_grant', 'The assertion is not valid, or was redeemed before.');
}

/**
 * The client id that an assertion names, not verified: `sub` if that is a client id. In the assertion of a service
 * user, `sub` is the id of the service user, and the name of the key (`kid`) is the client id.
 */
export function clientIdOf({ claims, keyId }: UnverifiedAssertion): string | undefined {
  return isIdOf('cli', claims.sub) ? claims.sub : keyId;
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

/** A client asserts its own identity only (RFC 7523 §3). In a grant, `sub` may also be the client's subject. */
function isAboutItself({ claims }: UnverifiedAssertion, client: Client, { use }: Assertion): boolean {
  const { iss, sub } = claims;
  if (iss !== sub) return false;
  return sub === client.id || (use === 'grant' && sub === subjectId(client));
}
