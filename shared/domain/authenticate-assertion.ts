import { type AssertionClaims, endOfAssertion, isTimely } from './assertion.ts';
import { type AuthenticatedClient, invalidClient } from './authenticate-client.ts';
import type { AssertionMemory, AssertionVerifier } from './crypto-ports.ts';
import { DomainError } from './errors.ts';
import { isMadeId } from './ids.ts';
import type { Clock, StandingReader } from './ports.ts';
import type { Client } from './records.ts';
import { isLive, subjectId } from './standing.ts';
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
  readonly standing: StandingReader;
  readonly assertionVerifier: AssertionVerifier;
  readonly assertionMemory: AssertionMemory;
  readonly clock: Clock;
}

/**
 * Client authentication by key, in the order of cost. The assertion is redeemed last, so that nobody without the key
 * fills the memory; whoever redeems it first is the client, everybody after it is a replay.
 * @throws DomainError `invalid_client` or, for a grant, `invalid_grant`: the same for unknown, disabled, expired,
 * forged, misdirected and replayed
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
  const clientId = assertionVerifier.keyIdOf(assertion.value);
  if (clientId === undefined || !isMadeId('cli', clientId)) return undefined;
  if (assertion.clientId !== undefined && assertion.clientId !== clientId) return undefined;

  const look = ports.standing.open(clientId);
  const client = await look.client(clientId);
  if (client?.key === undefined || !isLive(client, nowSeconds)) return undefined;
  const claims = await assertionVerifier.verify(assertion.value, client.key);
  if (claims === undefined || claims.aud !== issuer || !isTimely(claims, nowSeconds)) return undefined;
  if (!isAboutItself(claims, client, assertion.use)) return undefined;

  const redeemed = { clientId, jti: claims.jti, endsAtSeconds: endOfAssertion(claims) };
  if (!(await assertionMemory.redeem(redeemed, nowSeconds))) return undefined;
  const { expiresAtSeconds } = client;
  const credential = { clientId, selector: KEY_SELECTOR };
  return { client, credential, look, authenticatedAtSeconds: nowSeconds, expiresAtSeconds };
}

/** A client speaks for itself only (RFC 7523 §3); as a grant it may also name whom it acts for. */
function isAboutItself({ iss, sub }: AssertionClaims, client: Client, use: Assertion['use']): boolean {
  if (iss !== sub) return false;
  return sub === client.id || (use === 'grant' && sub === subjectId(client));
}
