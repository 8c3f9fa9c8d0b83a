import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import type { Trust } from '../records/registration.ts';
import { type Assertion, clientIdOf, invalidGrant } from './authenticate-assertion.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { AssertionMemory, AssertionVerifier, WorkloadTokens } from './ports.ts';
import { TRUST_SELECTOR } from './usage.ts';
import { endOfWorkloadToken, isTrusted, type WorkloadClaims } from './workload-token.ts';

interface Ports {
  readonly records: RecordReader;
  readonly workloadTokens: WorkloadTokens;
  readonly assertionMemory: AssertionMemory;
  readonly clock: Clock;
}

/**
 * Whether a grant is the token of a workload, which another issuer signed: the `client_id` beside it says which federated
 * credential it is for, where an assertion of our own client names that itself.
 */
export function isWorkloadToken(
  { value, clientId }: Assertion,
  { assertionVerifier }: { readonly assertionVerifier: AssertionVerifier },
): boolean {
  if (clientId === undefined) return false;
  const assertion = assertionVerifier.read(value);
  return assertion === undefined || clientIdOf(assertion) !== clientId;
}

/**
 * A workload trades the token that its platform gave it (RFC 7523 §2.1, RFC 7521 §6.3). Everything that it says is
 * checked before its issuer's keys are asked for, so that a token that would be refused anyway costs no request.
 * @throws DomainError `invalid_grant`, the same for unknown, disabled, expired, forged, untrusted and replayed;
 * `temporarily_unavailable` where the issuer's keys cannot be had
 */
export async function authenticateWorkload({ value, clientId }: Assertion, ports: Ports): Promise<AuthenticatedClient> {
  const authenticated = clientId === undefined ? undefined : await redeem(value, clientId, ports);
  if (authenticated === undefined) throw invalidGrant();
  return authenticated;
}

async function redeem(token: string, clientId: string, ports: Ports): Promise<AuthenticatedClient | undefined> {
  const nowSeconds = ports.clock.nowSeconds();
  const read = ports.workloadTokens.read(token);
  if (read === undefined || !isMadeId('cli', clientId)) return undefined;

  const look = ports.records.open(clientId);
  const client = await look.client(clientId);
  if (client?.trust === undefined || !isLive(client, nowSeconds)) return undefined;
  const { trust, expiresAtSeconds } = client;
  if (!trust.algorithms.includes(read.algorithm) || !isTrusted(read.claims, trust, nowSeconds)) return undefined;
  if (!(await ports.workloadTokens.isGenuine(token, trust))) return undefined;
  if (!(await isFirstUse({ clientId, trust, claims: read.claims }, nowSeconds, ports))) return undefined;

  const credential = { clientId, selector: TRUST_SELECTOR };
  return { client, credential, look, authenticatedAtSeconds: nowSeconds, expiresAtSeconds };
}

interface Redemption {
  readonly clientId: string;
  readonly trust: Trust;
  readonly claims: WorkloadClaims;
}

async function isFirstUse({ clientId, trust, claims }: Redemption, nowSeconds: number, { assertionMemory }: Ports) {
  if (trust.reusable) return true;
  const { jti = '' } = claims;
  return assertionMemory.redeem({ clientId, jti, endsAtSeconds: endOfWorkloadToken(claims) }, nowSeconds);
}
