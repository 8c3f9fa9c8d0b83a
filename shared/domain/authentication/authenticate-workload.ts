import type { Clock, Digests } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import { tenantIdOf } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { type Assertion, clientIdOf, invalidGrant } from './authenticate-assertion.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { AssertionMemory, AssertionVerifier, UnverifiedWorkloadToken, WorkloadTokens } from './ports.ts';
import { TRUST_SELECTOR } from './usage.ts';
import { endOfWorkloadToken, isTrusted, type WorkloadClaims } from './workload-token.ts';

interface Ports {
  readonly records: RecordReader;
  readonly workloadTokens: WorkloadTokens;
  readonly assertionMemory: AssertionMemory;
  readonly clock: Clock;
  readonly digests: Digests;
}

/**
 * Whether a grant is a workload token, signed by another issuer. The `client_id` of the request then names the
 * federated credential. An assertion by one of our own clients names this client in its claims.
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
 * Authenticates a workload by the token that its platform issued (RFC 7523 §2.1, RFC 7521 §6.3). All claims are
 * checked before the issuer's keys are fetched, so that a token with wrong claims costs no request to the issuer.
 * @throws DomainError `invalid_grant`: with the flaw for a token that cannot be read; the same for an unknown, disabled
 * or expired client and for a forged, untrusted or replayed token; `temporarily_unavailable` if the issuer's keys cannot be fetched
 */
export async function authenticateWorkload({ value, clientId }: Assertion, ports: Ports): Promise<AuthenticatedClient> {
  const read = ports.workloadTokens.read(value);
  if (read === undefined) throw invalidGrant(ports.workloadTokens.flawOf(value));
  const authenticated = clientId === undefined ? undefined : await redeem({ value, read }, clientId, ports);
  if (authenticated === undefined) throw invalidGrant();
  return authenticated;
}

interface PresentedToken {
  readonly value: string;
  readonly read: UnverifiedWorkloadToken;
}

async function redeem(
  { value: token, read }: PresentedToken,
  clientId: string,
  ports: Ports,
): Promise<AuthenticatedClient | undefined> {
  const nowSeconds = ports.clock.nowSeconds();
  if (!isMadeId('cli', clientId)) return undefined;

  const look = ports.records.open(clientId);
  const client = await look.client(clientId);
  if (client?.trust === undefined || !isLive(client, nowSeconds)) return undefined;
  const { trust, expiresAtSeconds } = client;
  if (!trust.algorithms.includes(read.algorithm) || !isTrusted(read.claims, trust, nowSeconds)) return undefined;
  const signer = await ports.workloadTokens.signerOf(token, trust, tenantIdOf(client) ?? clientId);
  if (signer === undefined) return undefined;
  if (!trust.reusable && !(await isFirstUse({ signer, claims: read.claims }, nowSeconds, ports))) return undefined;

  const credential = { clientId, selector: TRUST_SELECTOR };
  return { client, credential, look, authenticatedAtSeconds: nowSeconds, expiresAtSeconds };
}

/** A verified token of a workload, about to be used. */
interface TokenUse {
  /** The thumbprint of the issuer's key that signed the token. */
  readonly signer: string;
  readonly claims: WorkloadClaims;
}

/**
 * Redeems a token for all credentials that trust its issuer. It is remembered by the key that signed it, because the
 * credentials can find this key in different places, and because nobody else can sign a token with the same `jti`.
 */
function isFirstUse({ signer, claims }: TokenUse, nowSeconds: number, { assertionMemory, digests }: Ports) {
  const { iss, jti = '' } = claims;
  const redeemed = { signer: digests.digest(JSON.stringify([iss, signer])), jti };
  return assertionMemory.redeem({ ...redeemed, endsAtSeconds: endOfWorkloadToken(claims) }, nowSeconds);
}
