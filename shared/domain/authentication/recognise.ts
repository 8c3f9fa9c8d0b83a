import type { Clock, Digests } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Pepper } from '../keys/ports.ts';
import type { RecordReader } from '../records/look.ts';
import type { SecretHasher } from '../registration/ports.ts';
import { type Credentials, countFailure, refusalLimits } from './attempt-limits.ts';
import { type Assertion, authenticateAssertion, clientIdOf } from './authenticate-assertion.ts';
import { authenticateCertificate } from './authenticate-certificate.ts';
import { type AuthenticatedClient, authenticateClient } from './authenticate-client.ts';
import { authenticatePublicClient } from './authenticate-public-client.ts';
import { authenticateWorkload, isWorkloadToken } from './authenticate-workload.ts';
import type {
  AssertionMemory,
  AssertionVerifier,
  CertificateReader,
  CertificateVerifier,
  FailureCounter,
  UsageReader,
  WorkloadTokens,
} from './ports.ts';

/** The credential that a request shows to prove that it comes from a client. It is not checked yet. */
export type PresentedClient =
  | { readonly by: 'secret'; readonly readings: readonly Credentials[] }
  | { readonly by: 'assertion'; readonly assertion: Assertion }
  | { readonly by: 'certificate'; readonly clientId: string; readonly certificate: string | undefined }
  | { readonly by: 'none'; readonly clientId: string };

/** The credential of a request to the token endpoint, where a signed JWT can be the grant, too (RFC 7521 §4.1). */
export type PresentedGrant = PresentedClient | { readonly by: 'grant'; readonly assertion: Assertion };

/** One attempt of a request to authenticate. */
export interface Attempt<Presented> {
  /** The address that the request came from. */
  readonly source: string;
  /** Reads the credential. Reading is part of the attempt, because a request without a credential is refused, too. */
  readonly read: () => Presented;
}

/** The ports that recognise a client. */
export interface ClientPorts {
  readonly issuer: string;
  /** Whether this deployment accepts secrets that another product made. */
  readonly importedSecrets: boolean;
  readonly records: RecordReader;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly failures: FailureCounter;
  readonly usage: UsageReader;
  readonly assertionVerifier: AssertionVerifier;
  readonly assertionMemory: AssertionMemory;
  readonly certificates: CertificateReader;
  readonly certificateVerifier: CertificateVerifier;
  readonly clock: Clock;
  readonly digests: Digests;
}

/** The ports that recognise a client or a workload at the token endpoint. */
export interface GrantPorts extends ClientPorts {
  readonly workloadTokens: WorkloadTokens;
}

/**
 * Recognises a client by the credential of its request. Every endpoint uses this function for its clients (B25). Each
 * refusal is counted; a client or a source that is refused too often must wait.
 * @throws DomainError as `authenticateClient`, `authenticateAssertion`, `authenticateCertificate` and
 * `authenticatePublicClient` do; `rate_limited` in place of a refusal
 */
export function recogniseClient(attempt: Attempt<PresentedClient>, ports: ClientPorts): Promise<AuthenticatedClient> {
  return counted(attempt, (presented) => authenticate(presented, attempt.source, ports), ports);
}

/**
 * Recognises the client for which a grant is traded: by its credential, or by the grant itself, which is then an
 * assertion or a workload token. Refusals are counted as in `recogniseClient`.
 * @throws DomainError as `recogniseClient` and `authenticateWorkload` do
 */
export function recogniseHolder(attempt: Attempt<PresentedGrant>, ports: GrantPorts): Promise<AuthenticatedClient> {
  const recognise = (presented: PresentedGrant) =>
    presented.by === 'grant'
      ? authenticateGrant(presented.assertion, ports)
      : authenticate(presented, attempt.source, ports);
  return counted(attempt, recognise, ports);
}

async function counted<Presented extends PresentedGrant>(
  { source, read }: Attempt<Presented>,
  recognise: (presented: Presented) => Promise<AuthenticatedClient>,
  ports: ClientPorts,
): Promise<AuthenticatedClient> {
  let presented: Presented | undefined;
  try {
    presented = read();
    return await recognise(presented);
  } catch (thrown) {
    if (isRefusal(thrown)) await countFailure(refusalLimits(claimedClientId(presented, ports), source), ports);
    throw thrown;
  }
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof DomainError && (thrown.code === 'invalid_client' || thrown.code === 'invalid_grant');
}

/** The client id that a request claims, not verified. It can be any text; empty if the request names no client. */
function claimedClientId(presented: PresentedGrant | undefined, ports: ClientPorts): string {
  if (presented === undefined) return '';
  if ('clientId' in presented) return presented.clientId;
  if ('readings' in presented) return presented.readings[0]?.clientId ?? '';
  const { clientId, value } = presented.assertion;
  if (clientId !== undefined) return clientId;
  const read = ports.assertionVerifier.read(value);
  return (read && clientIdOf(read)) ?? '';
}

function authenticate(presented: PresentedClient, source: string, ports: ClientPorts): Promise<AuthenticatedClient> {
  if (presented.by === 'secret') return authenticateClient({ readings: presented.readings, source }, ports);
  if (presented.by === 'assertion') return authenticateAssertion(presented.assertion, ports);
  if (presented.by === 'certificate') return authenticateCertificate(presented, ports);
  return authenticatePublicClient(presented.clientId, ports);
}

function authenticateGrant(assertion: Assertion, ports: GrantPorts): Promise<AuthenticatedClient> {
  return isWorkloadToken(assertion, ports)
    ? authenticateWorkload(assertion, ports)
    : authenticateAssertion(assertion, ports);
}
