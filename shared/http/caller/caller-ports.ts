import type { Clock } from '#shared/domain/ambient.ts';
import type {
  AssertionMemory,
  AssertionVerifier,
  CertificateReader,
  CertificateVerifier,
  FailureCounter,
  ProofMemory,
  ProofVerifier,
  UsageNotes,
  WorkloadTokens,
} from '#shared/domain/authentication/ports.ts';
import type { Pepper } from '#shared/domain/keys/ports.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import type { SecretHasher } from '#shared/domain/registration/ports.ts';
import type { TokenVerifier } from '#shared/domain/tokens/ports.ts';

/** Ports for every kind of caller; a table that serves a kind has the grants behind its ports. */
export interface CallerPorts {
  readonly issuer: string;
  readonly mutualTlsUrl: string | undefined;
  readonly importedSecrets: boolean;
  readonly certificates: CertificateReader;
  readonly clock: Clock;
  readonly records?: RecordReader;
  readonly hasher?: SecretHasher;
  readonly pepper?: Pepper;
  readonly assertionVerifier?: AssertionVerifier;
  readonly assertionMemory?: AssertionMemory;
  readonly certificateVerifier?: CertificateVerifier;
  readonly workloadTokens?: WorkloadTokens;
  readonly verifier?: TokenVerifier;
  readonly proofVerifier?: ProofVerifier;
  readonly proofMemory?: ProofMemory;
  readonly usageNotes?: UsageNotes;
  readonly failures?: FailureCounter;
}
