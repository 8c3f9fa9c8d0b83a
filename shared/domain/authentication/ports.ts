import type { Trust, TrustAlgorithm } from '../records/registration.ts';
import type { AssertionAlgorithm } from '../registration/authentication-methods.ts';
import type { AssertionKeys, RegisteredKeys } from '../registration/ports.ts';
import type { AssertionClaims } from './assertion.ts';
import type { WorkloadClaims } from './workload-token.ts';

/** Names one credential of a client: a secret by its selector, a key by `KEY_SELECTOR`. */
export interface CredentialName {
  readonly clientId: string;
  readonly selector: string;
}

/** Notes which credentials are in use, so that administrators can find unused credentials (Q7). */
export interface UsageNotes {
  /**
   * Notes a use, at most once in five minutes for each credential. Settles soon; if it rejects, the note is lost.
   */
  note(credential: CredentialName, nowSeconds: number): Promise<void>;
}

/**
 * The last use of credentials, by `credentialKey`, in Unix time. It can be up to five minutes too early. A credential
 * that was never used is missing.
 */
export type LastUses = ReadonlyMap<string, number>;

/** Reads the notes of `UsageNotes`. */
export interface UsageReader {
  lastUses(credentials: readonly CredentialName[]): Promise<LastUses>;
}

/** Attempts that are counted together. */
export interface FailureBucket {
  readonly bucket: string;
  /** After how many failures this process tells the other processes; undefined for never. */
  readonly sharedEvery?: number | undefined;
}

/** Counts failures for each minute: all failures in this process, and the shared failures of other processes. */
export interface FailureCounter {
  /** The failures of this minute that this process knows, and its attempts under way. */
  count(bucket: string, nowSeconds: number): number;
  /** Counts an attempt from its beginning, so that parallel attempts cannot exceed a limit. */
  begin(bucket: FailureBucket, nowSeconds: number): RunningAttempt;
  /** How many failures could not be shared with other processes since the last call; then starts again at 0. */
  takeUntold(): number;
}

/** An attempt that has begun. It is counted like a failure until its end is known. */
export interface RunningAttempt {
  /** Stops counting the attempt, because it did not fail. */
  withdraw(): void;
  /** Keeps the attempt counted as a failure. Settles soon and never rejects, even if the failure cannot be shared. */
  fail(): Promise<void>;
}

/** The decoded content of an assertion. The signature is not verified yet. */
export interface UnverifiedAssertion {
  readonly algorithm: AssertionAlgorithm;
  /** The header `kid`: the key that the signer claims to have used. */
  readonly keyId: string | undefined;
  /** The header `typ` (RFC 7515 §4.1.9). */
  readonly type: string | undefined;
  readonly claims: AssertionClaims;
}

/**
 * Reads and verifies JWTs that clients have signed themselves (RFC 7523 §3). URLs and keys in their headers are
 * ignored.
 */
export interface AssertionVerifier {
  /** Decodes an assertion; undefined for a text that is not a JWT or lacks a required claim. */
  read(assertion: string): UnverifiedAssertion | undefined;
  /** The reason why `read` returns undefined, as a sentence that names the claim or the header parameter. */
  flawOf(assertion: string): string;
  /**
   * Whether one of these keys signed the assertion. Rejects with `temporarily_unavailable` if the keys cannot be
   * fetched.
   */
  isGenuine(assertion: string, keys: AssertionKeys): Promise<boolean>;
}

/** The decoded content of a workload token. The signature is not verified yet. */
export interface UnverifiedWorkloadToken {
  readonly algorithm: TrustAlgorithm;
  readonly claims: WorkloadClaims;
}

/** Reads and verifies tokens that other issuers gave to workloads. URLs and keys in their headers are ignored. */
export interface WorkloadTokens {
  /** Decodes a workload token; undefined for a text that is not a JWT or lacks a required claim. */
  read(token: string): UnverifiedWorkloadToken | undefined;
  /** The reason why `read` returns undefined, as a sentence that names the claim or the header parameter. */
  flawOf(token: string): string;
  /**
   * The thumbprint (RFC 7638) of the issuer's key that signed the token; undefined if no trusted key did. Fetches are
   * counted for `owner`. Rejects with `temporarily_unavailable` if the issuer's keys cannot be fetched.
   */
  signerOf(token: string, trust: Trust, owner: string): Promise<string | undefined>;
}

/** The claims of a verified DPoP proof (RFC 9449 §4.2), and the key that signed it. */
export interface ProofOfPossession {
  /** Thumbprint of the key (RFC 7638). */
  readonly thumbprint: string;
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly ath?: string | undefined;
  readonly nonce?: string | undefined;
}

/** Verifies the signatures of DPoP proofs. */
export interface ProofVerifier {
  /** Decodes a proof; undefined unless the key in its header signed it. */
  verify(proof: string): Promise<ProofOfPossession | undefined>;
  /** The claim `ath` that a proof for this access token must have. */
  hashOf(accessToken: string): string;
}

/** A used proof, as it is remembered. */
export interface RedeemedProof {
  readonly thumbprint: string;
  /** The id of the proof, unique for its key. */
  readonly jti: string;
  /** When the proof is too old and can be forgotten, in Unix time. */
  readonly endsAtSeconds: number;
}

/** Remembers used proofs, so that a replay is refused (RFC 9449 §11.1). */
export interface ProofMemory {
  /** True for the first use of a proof; false for every later use. */
  redeem(proof: RedeemedProof, nowSeconds: number): Promise<boolean>;
}

/** A redeemed assertion or workload token, as it is remembered. */
export interface RedeemedAssertion {
  /** The client that signed it; for a workload token, a digest of the issuer and its key. */
  readonly signer: string;
  /** The id of the assertion, unique for its signer; for an assertion without an id, its digest. */
  readonly jti: string;
  /** When the assertion is too old and can be forgotten, in Unix time. */
  readonly endsAtSeconds: number;
}

/** Remembers redeemed assertions and workload tokens, so that a replay is refused (RFC 7523 §3 item 7). */
export interface AssertionMemory {
  /** True for the first use of an assertion; false for every later use. */
  redeem(assertion: RedeemedAssertion, nowSeconds: number): Promise<boolean>;
}

/** A client's X.509 certificate. The TLS handshake has proven that the client holds its private key. */
export interface ClientCertificate {
  /** SHA-256 of the certificate in DER, base64url: `x5t#S256` (RFC 8705 §3.1). */
  readonly thumbprint: string;
  readonly notBeforeSeconds: number;
  readonly notAfterSeconds: number;
  /** The subject in the format of RFC 4514; empty for a certificate without subject. */
  readonly subjectDn: string;
  /** Whether the certificate's own key signed it. No authority has then checked its names. */
  readonly isSelfSigned: boolean;
  /** The public key (RFC 7517). */
  readonly publicJwk: Readonly<Record<string, string>>;
  /** Whether the certificate has this alternative name, compared without wildcards. */
  hasAlternativeName(name: AlternativeName): boolean;
}

/** A subject alternative name that a client can be registered with (RFC 8705 §2.1.2). Exactly one member is present. */
export interface AlternativeName {
  readonly dns?: string | undefined;
  readonly uri?: string | undefined;
  readonly ip?: string | undefined;
  readonly email?: string | undefined;
}

/** Compares certificates with the keys that clients are registered with. */
export interface CertificateVerifier {
  /**
   * Whether the certificate has one of these public keys. Rejects with `temporarily_unavailable` if the keys cannot be
   * fetched.
   */
  isOfKeys(certificate: ClientCertificate, keys: RegisteredKeys): Promise<boolean>;
}

/** Reads certificates. API Gateway has decided before whether a certificate is trusted. */
export interface CertificateReader {
  /** Reads a certificate in PEM; undefined for a text that is not a certificate. */
  read(pem: string): ClientCertificate | undefined;
}
