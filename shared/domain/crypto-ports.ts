import type { AccessTokenClaims, TokenClaims } from './access-token.ts';
import type { AssertionAlgorithm, AssertionClaims } from './assertion.ts';
import type { StatusListClaims } from './publish-status-list.ts';
import type { ClientKeyAlgorithm, SigningAlgorithm, StoredKey } from './records.ts';
import type { SignedIntrospectionClaims } from './sign-introspection.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Trust, TrustAlgorithm, TrustedJwk, WorkloadClaims } from './trust.ts';

/** bcrypt, with the work it does the same for every answer it gives. */
export interface SecretHasher {
  /** Rejects secrets of more than 72 bytes, of which bcrypt would silently see a part only. */
  hash(secret: string): Promise<string>;
  compare(secret: string, hash: string): Promise<boolean>;
  /** Whether this process has seen that they match, so that comparing them again costs nothing. */
  remembers(secret: string, hash: string): boolean;
  /** The hash of nothing: comparing with it costs what a real comparison costs and never matches. */
  readonly decoyHash: string;
}

/** One-way functions for what nobody can guess. */
export interface Digests {
  /** SHA-256 (FIPS 180-4), as text. */
  digest(text: string): string;
  /** HMAC-SHA-256 (RFC 2104): 32 bytes that nobody can tell who does not have both. */
  derive(key: string, text: string): Uint8Array;
}

/** A key of the workspace, wrapped by KMS, that marks secrets as our own. */
export interface Pepper {
  /** Eight base62 characters that only the holder of the pepper can compute. */
  seal(message: string): Promise<string>;
  /** True for a seal under any live pepper; takes the same time for every wrong one. */
  isSealed(message: string, seal: string): Promise<boolean>;
}

/** Makes the workspace's first pepper; does nothing where one exists. */
export interface PepperFounder {
  found(): Promise<void>;
}

/** A pepper as it is kept. */
export interface WrappedPepper {
  /** Base64 of what KMS wrapped. */
  readonly wrapped: string;
  readonly createdAtSeconds?: number | undefined;
}

/** The workspace's peppers, the current one first, and which of all writes this is. */
export interface KeptPeppers {
  readonly peppers: readonly [WrappedPepper, ...WrappedPepper[]];
  readonly version: string;
}

/** Changes which peppers there are. */
export interface PepperVault {
  /** Undefined before the workspace is founded. */
  read(): Promise<KeptPeppers | undefined>;
  /** Has another one made and wrapped; it is not kept yet. */
  wrapNew(): Promise<string>;
  /** Keeps these; false where the version does not stand any more. */
  replace(peppers: KeptPeppers['peppers'], version: string): Promise<boolean>;
}

/** Signs tokens; `typ` in their header says of which kind they are. */
export interface TokenSigner {
  /**
   * Signs with the workspace's key as `keys` has it, which is the record of this request's look; without, as this process
   * has seen it a moment ago. Rejects with `invalid_scope` where there is more to sign than the algorithm takes.
   */
  sign(claims: TokenClaims, algorithm: SigningAlgorithm, keys?: SigningKeys): Promise<string>;
}

/** Signs answers about tokens; their type keeps them from ever passing for tokens (RFC 9701 §8.1). */
export interface IntrospectionSigner {
  sign(claims: SignedIntrospectionClaims, algorithm: SigningAlgorithm): Promise<string>;
}

/** Signs status lists; their type keeps them from ever passing for tokens. */
export interface StatusListSigner {
  sign(claims: StatusListClaims, algorithm: SigningAlgorithm): Promise<string>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** What a token says, and by which of our keys. */
export interface VerifiedToken {
  readonly claims: TokenClaims;
  readonly key: { readonly kid: string; readonly algorithm: SigningAlgorithm };
}

/**
 * Checks form, type, algorithm, key, signature and issuer of a token; undefined for whatever is not ours. The keys are
 * those that this process has seen a moment ago: a revoked key is no key after that moment.
 */
export interface TokenVerifier {
  verify(token: string, nowSeconds: number): Promise<VerifiedToken | undefined>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** A signing secret of an API, wrapped by KMS. */
export interface WrappedSecret {
  readonly kid: string;
  /** Whose it is: KMS unwraps it for nobody who says another one. */
  readonly apiId: string;
  readonly wrapped: string;
}

/** Signs and verifies with the secrets of APIs (HS256, RFC 7518 §3.2). */
export interface SecretTokens {
  sign(claims: AccessTokenClaims, secret: WrappedSecret): Promise<string>;
  /** Which secret of which audience such a token names; undefined for all other tokens. Nobody has verified it. */
  read(token: string): { readonly kid: string; readonly audience: string } | undefined;
  /** The claims, if this secret signed them, with this algorithm and issuer; undefined for everything else. */
  verify(token: string, secret: WrappedSecret): Promise<AccessTokenClaims | undefined>;
}

/** Has KMS make a secret; the clear text is in this answer only. */
export interface SigningSecretMaker {
  make(apiId: string): Promise<{ readonly secret: string; readonly wrapped: string }>;
}

/** A public JSON Web Key as it is published (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
  readonly [member: string]: string;
}

/** The public halves of the signing keys. */
export interface KeySet {
  /** Those that verifiers are to know now; a revoked one is left out after a second at most. */
  publicKeys(nowSeconds: number): Promise<readonly PublicJwk[]>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Vouches for the public halves, for verifiers that know one of the keys already. */
export interface KeySetSigner {
  /** The key set as a JWT (OpenID Federation 1.0 §5.2.1, `signed_jwks_uri`). */
  signedKeySet(nowSeconds: number): Promise<string>;
}

/** A key pair that was just made; the private half (PKCS#8, PEM) exists in this answer only. */
export interface NewKeyPair {
  readonly key: StoredKey;
  readonly privateKey: string;
}

/** Makes and examines the keys that clients sign with. */
export interface ClientKeys {
  generate(algorithm: ClientKeyAlgorithm): Promise<NewKeyPair>;
  /** A caller's public key as it is to be stored; undefined for one that is weak or no key at all. */
  examine(jwk: Readonly<Record<string, string>>): StoredKey | undefined;
}

/** What an assertion says, whoever says it. */
export interface UnverifiedAssertion {
  readonly algorithm: AssertionAlgorithm;
  /** The key that it says it is signed with. */
  readonly keyId: string | undefined;
  /** The kind of JWT that it says it is (RFC 7515 §4.1.9). */
  readonly type: string | undefined;
  readonly claims: AssertionClaims;
}

/** The keys that a client is registered with: these, or those that it publishes. */
export interface RegisteredKeys extends Pick<Trust, 'jwks' | 'jwksUri'> {
  /** The client, who is the issuer of its assertions (RFC 7523 §3). */
  readonly issuer: string;
}

/** The keys that a client's assertions are verified with. */
export interface AssertionKeys extends RegisteredKeys {
  readonly algorithms: readonly AssertionAlgorithm[];
}

/** Reads and verifies JWTs that clients have signed themselves (RFC 7523 §3). Nothing in their headers is followed. */
export interface AssertionVerifier {
  /** What the assertion says; undefined for whatever is no such JWT, or lacks what must be there. */
  read(assertion: string): UnverifiedAssertion | undefined;
  /**
   * Whether one of these keys signed this. Rejects with `temporarily_unavailable` where they cannot be had, because
   * nobody knows then.
   */
  isGenuine(assertion: string, keys: AssertionKeys): Promise<boolean>;
}

/** What a workload's token says, whoever says it. */
export interface UnverifiedWorkloadToken {
  readonly algorithm: TrustAlgorithm;
  readonly claims: WorkloadClaims;
}

/** Reads and verifies tokens that other issuers gave to workloads. Nothing in their headers is followed. */
export interface WorkloadTokens {
  /** What the token says; undefined for whatever is no such JWT. */
  read(token: string): UnverifiedWorkloadToken | undefined;
  /**
   * Whether the trusted issuer signed this. Rejects with `temporarily_unavailable` where its keys cannot be had, because
   * nobody knows then.
   */
  isGenuine(token: string, trust: Trust): Promise<boolean>;
}

/** Examines public keys of other issuers. */
export interface TrustedKeys {
  isStrong(jwk: TrustedJwk): boolean;
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
