import type { Clock, Digests } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { isIdOf, isMadeId } from '../ids.ts';
import { type Client, subjectId } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { assertionKeysOf, registrationOf } from '../registration/registration.ts';
import { endOfAssertion, flawOfClaims, isForTokenEndpoint } from './assertion.ts';
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
  readonly digests: Digests;
}

/**
 * Authenticates a client by an assertion that it signed. Cheap checks come first: the claims before any record is
 * read, then the record, then the signature. The assertion is remembered last, so that only the holder of the key can
 * fill the memory. The first use of an assertion succeeds; every later use is a replay.
 * @throws DomainError `invalid_client` or, for a grant, `invalid_grant`: with the flaw, if the assertion itself shows
 * it; the same for an unknown, disabled or expired client and for a forged or replayed assertion;
 * `temporarily_unavailable` if the keys that the client publishes cannot be fetched
 */
export async function authenticateAssertion(assertion: Assertion, ports: Ports): Promise<AuthenticatedClient> {
  const nowSeconds = ports.clock.nowSeconds();
  const read = ports.assertionVerifier.read(assertion.value);
  const flaw =
    read === undefined ? ports.assertionVerifier.flawOf(assertion.value) : flawOf(read, assertion, nowSeconds, ports);
  if (read === undefined || flaw !== undefined) throw refusal(assertion, flaw);
  const authenticated = await redeem({ ...assertion, read }, nowSeconds, ports);
  if (authenticated !== undefined) return authenticated;
  throw refusal(assertion, isForTokenEndpoint(read.claims, ports.issuer) ? ONLY_BY_REGISTRATION : undefined);
}

/** A hint for every refused assertion with this audience, so that it tells nothing about a client (B14). */
const ONLY_BY_REGISTRATION =
  'Its claim aud is the token endpoint: this needs an application with tokenEndpointAudienceAllowed.';

function refusal({ use }: Assertion, flaw?: string): DomainError {
  if (use === 'grant') return invalidGrant(flaw);
  return flaw === undefined ? invalidClient() : new DomainError('invalid_client', refusedBecause(flaw));
}

/** The only refusal of an assertion that is a grant (RFC 7523 §3.1). Only the assertion's own flaw is told. */
export function invalidGrant(flaw?: string): DomainError {
  const reason = 'The assertion is not valid, or was redeemed before.';
  return new DomainError('invalid_grant', flaw === undefined ? reason : refusedBecause(flaw));
}

function refusedBecause(flaw: string): string {
  return `The assertion is not accepted. ${flaw}`;
}

/**
 * The client id that an assertion names, not verified: `sub` if that is a client id. In the assertion of a service
 * user, `sub` is the id of the service user, and the name of the key (`kid`) is the client id.
 */
export function clientIdOf({ claims, keyId }: UnverifiedAssertion): string | undefined {
  return isIdOf('cli', claims.sub) ? claims.sub : keyId;
}

/** The flaw that an assertion shows without any record (B14). */
function flawOf(
  read: UnverifiedAssertion,
  { clientId: named }: Assertion,
  nowSeconds: number,
  { issuer }: Ports,
): string | undefined {
  const clientId = clientIdOf(read);
  if (clientId === undefined || !isMadeId('cli', clientId)) return 'Neither its claim sub nor its kid is a client id.';
  if (named !== undefined && named !== clientId) return 'It names another client than client_id.';
  return flawOfClaims(read.claims, issuer, nowSeconds);
}

interface ReadAssertion extends Assertion {
  readonly read: UnverifiedAssertion;
}

async function redeem(assertion: ReadAssertion, nowSeconds: number, ports: Ports) {
  const { issuer, assertionVerifier, assertionMemory } = ports;
  const { read } = assertion;
  const clientId = clientIdOf(read) ?? '';
  const look = ports.records.open(clientId);
  const client = await look.client(clientId);
  if (client === undefined || !isLive(client, nowSeconds) || !isAboutItself(read, client, assertion)) return undefined;
  const keys = assertionKeysOf(client);
  if (!keys?.algorithms.includes(read.algorithm)) return undefined;
  if (isForTokenEndpoint(read.claims, issuer) && !registrationOf(client).tokenEndpointAudienceAllowed) return undefined;
  if (!(await assertionVerifier.isGenuine(assertion.value, keys))) return undefined;

  const { jti = idFromContent(assertion, ports) } = read.claims;
  const redeemed = { signer: clientId, jti, endsAtSeconds: endOfAssertion(read.claims) };
  if (!(await assertionMemory.redeem(redeemed, nowSeconds))) return undefined;
  const { expiresAtSeconds } = client;
  const credential = { clientId, selector: KEY_SELECTOR };
  return { client, credential, look, authenticatedAtSeconds: nowSeconds, expiresAtSeconds };
}

/**
 * The id of an assertion without `jti`: the digest of header and payload. The signature is left out, because from one
 * ECDSA signature everybody can make a second one.
 */
function idFromContent({ value }: Assertion, { digests }: Ports): string {
  return digests.digest(value.slice(0, value.lastIndexOf('.')));
}

/** A client asserts its own identity only (RFC 7523 §3). In a grant, `sub` may also be the client's subject. */
function isAboutItself({ claims: { sub } }: UnverifiedAssertion, client: Client, { use }: Assertion): boolean {
  return sub === client.id || (use === 'grant' && sub === subjectId(client));
}
