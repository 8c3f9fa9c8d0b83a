import type { Clock } from '../ambient.ts';
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
  WorkloadTokens,
} from './ports.ts';

/** What a request shows to prove that it comes from a client. Nothing of it is checked yet. */
export type PresentedClient =
  | { readonly by: 'secret'; readonly readings: readonly Credentials[] }
  | { readonly by: 'assertion'; readonly assertion: Assertion }
  | { readonly by: 'certificate'; readonly clientId: string; readonly certificate: string | undefined }
  | { readonly by: 'none'; readonly clientId: string };

/** The same where a grant is traded: a signed JWT can be the whole grant (RFC 7521 §4.1). */
export type PresentedGrant = PresentedClient | { readonly by: 'grant'; readonly assertion: Assertion };

/** One attempt to authenticate. */
export interface Attempt<Presented> {
  /** The address that the request came from. */
  readonly source: string;
  /** Reads what the request shows. Reading is a part of the attempt: a request that shows nothing is refused, too. */
  readonly read: () => Presented;
}

export interface ClientPorts {
  readonly issuer: string;
  /** Whether this deployment takes secrets that another product made. */
  readonly importedSecrets: boolean;
  readonly records: RecordReader;
  readonly hasher: SecretHasher;
  readonly pepper: Pepper;
  readonly failures: FailureCounter;
  readonly assertionVerifier: AssertionVerifier;
  readonly assertionMemory: AssertionMemory;
  readonly certificates: CertificateReader;
  readonly certificateVerifier: CertificateVerifier;
  readonly clock: Clock;
}

export interface GrantPorts extends ClientPorts {
  readonly workloadTokens: WorkloadTokens;
}

/**
 * Recognises a client by what its request shows; this is the only way in for clients, at every endpoint (B25). Each
 * refusal is counted, and a client or a source that is refused too often has to wait.
 * @throws DomainError as `authenticateClient`, `authenticateAssertion`, `authenticateCertificate` and
 * `authenticatePublicClient` do; `rate_limited` in the place of a refusal
 */
export function recogniseClient(attempt: Attempt<PresentedClient>, ports: ClientPorts): Promise<AuthenticatedClient> {
  return counted(attempt, (presented) => authenticate(presented, attempt.source, ports), ports);
}

/**
 * Recognises who trades a grant: a client, the signer of an assertion, or a workload that another issuer vouches for.
 * Refusals are counted as those of `recogniseClient`.
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

/** The client that a request claims to come from, which can be any text; empty where it claims none. */
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
