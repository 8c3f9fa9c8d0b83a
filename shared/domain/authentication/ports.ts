import type { Trust, TrustAlgorithm } from '../records/registration.ts';
import type { AssertionAlgorithm } from '../registration/authentication-methods.ts';
import type { AssertionKeys, RegisteredKeys } from '../registration/ports.ts';
import type { AssertionClaims } from './assertion.ts';
import type { WorkloadClaims } from './workload-token.ts';

/** One credential of a client: a secret by its selector, a key by `KEY_SELECTOR`. */
export interface CredentialName {
  readonly clientId: string;
  readonly selector: string;
}

/** Notes which credentials are in use, so that those nobody uses can be found (Q7). */
export interface UsageNotes {
  /**
   * Notes a use, for each credential once in five minutes at most. Settles soon; a rejection says that
   * the note is lost.
   */
  note(credential: CredentialName, nowSeconds: number): Promise<void>;
}

/** By `credentialKey`: when, in seconds, less up to five minutes. Credentials that were never used are missing. */
export type LastUses = ReadonlyMap<string, number>;

export interface UsageReader {
  lastUses(credentials: readonly CredentialName[]): Promise<LastUses>;
}

/** Attempts that are counted together, and after how many failures other processes hear of them; without a number never. */
export interface FailureBucket {
  readonly bucket: string;
  readonly sharedEvery?: number | undefined;
}

/** Counts failures, minute by minute: each one in this process, and what it is told of other processes' besides. */
export interface FailureCounter {
  /** The failures of this minute as far as this process knows, with the attempts under way. */
  count(bucket: string, nowSeconds: number): number;
  /** Counts an attempt from its beginning, so that many at once are not more than one after the other. */
  begin(bucket: FailureBucket, nowSeconds: number): AttemptUnderWay;
  /** How many failures other processes were to be told of, and could not be, since this was last asked. */
  takeUntold(): number;
}

/** An attempt that is counted for as long as nobody knows how it ends. */
export interface AttemptUnderWay {
  /** It is not counted any more. */
  withdraw(): void;
  /** It stays counted. Settles soon and never rejects: where other processes cannot be told, this one goes on counting. */
  fail(): Promise<void>;
}

/** What an assertion says; nobody has verified it. */
export interface UnverifiedAssertion {
  readonly algorithm: AssertionAlgorithm;
  /** The key that it says it is signed with. */
  readonly keyId: string | undefined;
  /** The kind of JWT that it says it is (RFC 7515 §4.1.9). */
  readonly type: string | undefined;
  readonly claims: AssertionClaims;
}

/** Reads and verifies JWTs that clients have signed themselves (RFC 7523 §3). Nothing in their headers is followed. */
export interface AssertionVerifier {
  /** What the assertion says; undefined for a text that is no such JWT or lacks a claim that must be there. */
  read(assertion: string): UnverifiedAssertion | undefined;
  /**
   * Whether one of these keys signed this. Rejects with `temporarily_unavailable` where they cannot be had, because
   * nobody knows then.
   */
  isGenuine(assertion: string, keys: AssertionKeys): Promise<boolean>;
}

/** What a workload's token says; nobody has verified it. */
export interface UnverifiedWorkloadToken {
  readonly algorithm: TrustAlgorithm;
  readonly claims: WorkloadClaims;
}

/** Reads and verifies tokens that other issuers gave to workloads. Nothing in their headers is followed. */
export interface WorkloadTokens {
  /** What the token says; undefined for a text that is no such JWT. */
  read(token: string): UnverifiedWorkloadToken | undefined;
  /**
   * Whether the trusted issuer signed this. Rejects with `temporarily_unavailable` where its keys cannot be had, because
   * nobody knows then.
   */
  isGenuine(token: string, trust: Trust): Promise<boolean>;
}

/** What a DPoP proof says (RFC 9449 §4.2), and the key that signed it. */
export interface ProofOfPossession {
  /** The key's thumbprint (RFC 7638). */
  readonly thumbprint: string;
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly ath?: string | undefined;
  readonly nonce?: string | undefined;
}

/** Reads DPoP proofs. */
export interface ProofVerifier {
  /** What a proof says, if the key in its header signed it; undefined for everything else. */
  verify(proof: string): Promise<ProofOfPossession | undefined>;
  /** The `ath` of a proof for this access token. */
  hashOf(accessToken: string): string;
}

/** A proof as it is remembered: its `jti`, which is its key's own, and the moment from which it is refused anyway. */
export interface RedeemedProof {
  readonly thumbprint: string;
  readonly jti: string;
  readonly endsAtSeconds: number;
}

/** Remembers proofs, so that none is used twice (RFC 9449 §11.1). */
export interface ProofMemory {
  /** True for the one who uses the proof first. */
  redeem(proof: RedeemedProof, nowSeconds: number): Promise<boolean>;
}

/** An assertion as it is remembered: its `jti`, which is the issuer's own, and the moment from which it is refused anyway. */
export interface RedeemedAssertion {
  readonly clientId: string;
  readonly jti: string;
  readonly endsAtSeconds: number;
}

/** Remembers assertions, so that none is redeemed twice (RFC 7523 §3 item 7). */
export interface AssertionMemory {
  /** True for the one who redeems the assertion first. */
  redeem(assertion: RedeemedAssertion, nowSeconds: number): Promise<boolean>;
}

/** A client's X.509 certificate, whose private key the client has used in the TLS handshake. */
export interface ClientCertificate {
  /** SHA-256 of the certificate in DER, base64url: `x5t#S256` (RFC 8705 §3.1). */
  readonly thumbprint: string;
  readonly notBeforeSeconds: number;
  readonly notAfterSeconds: number;
  /** Its subject as RFC 4514 writes it; empty for none. */
  readonly subjectDn: string;
  /** Whether nobody but its owner vouches for what it says. */
  readonly isSelfSigned: boolean;
  /** Its public key. */
  readonly publicJwk: Readonly<Record<string, string>>;
  /** Whether it has the one alternative name that is given; wildcards in it stand for nothing but themselves. */
  hasAlternativeName(name: AlternativeName): boolean;
}

/** A subject alternative name of the kinds that clients are known by (RFC 8705 §2.1.2); one member is there. */
export interface AlternativeName {
  readonly dns?: string | undefined;
  readonly uri?: string | undefined;
  readonly ip?: string | undefined;
  readonly email?: string | undefined;
}

/** Compares certificates with the keys that clients are registered with. */
export interface CertificateVerifier {
  /**
   * Whether the certificate is of one of these keys. Rejects with `temporarily_unavailable` where they cannot be had,
   * because nobody knows then.
   */
  isOfKeys(certificate: ClientCertificate, keys: RegisteredKeys): Promise<boolean>;
}

/** Reads certificates. Whether one is to be trusted was decided where the connection ended. */
export interface CertificateReader {
  /** What a certificate in PEM says; undefined for what is none. */
  read(pem: string): ClientCertificate | undefined;
}
