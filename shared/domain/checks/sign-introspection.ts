import type { Clock } from '../ambient.ts';
import { countSignedAnswer } from '../authentication/attempt-limits.ts';
import type { FailureCounter } from '../authentication/ports.ts';
import { DomainError } from '../errors.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import {
  type ApplicationRegistration,
  type ContentEncryption,
  contentEncryptions,
  type EncryptionAlgorithm,
  type TrustedJwk,
} from '../records/registration.ts';
import { encryptionKeyIn } from '../registration/encryption-keys.ts';
import { DEFAULT_REGISTRATION } from '../registration/registration.ts';
import type { Introspection, Introspector } from './introspect-token.ts';

/** The claims of a signed introspection answer (RFC 9701 §5). */
export interface SignedIntrospectionClaims {
  readonly iss: string;
  /** The client id of the caller, so that no other client accepts the answer as its own. */
  readonly aud: string;
  readonly iat: number;
  readonly token_introspection: Introspection;
}

/**
 * Signs introspection answers. Their header `typ` differs from the type of tokens, so that no API accepts them as
 * tokens (RFC 9701 §8.1).
 */
export interface IntrospectionSigner {
  /** Rejects with `answerTooLarge` if the algorithm cannot sign claims of this length. */
  sign(claims: SignedIntrospectionClaims, algorithm: SigningAlgorithm): Promise<string>;
}

/** Makes the error for an answer that is too large for one signature of KMS with EdDSA. */
export function answerTooLarge(): DomainError {
  return new DomainError(
    'invalid_request',
    'The answer is too large for a signature with EdDSA: register another introspectionSignedResponseAlg.',
  );
}

/** How an answer is encrypted: the algorithms of RFC 7518 §4.1 and §5.1, and the public key of the caller. */
export interface AnswerEncryption {
  readonly algorithm: EncryptionAlgorithm;
  readonly content: ContentEncryption;
  readonly jwk: TrustedJwk;
}

/** Encrypts signed answers of introspection to callers. */
export interface IntrospectionEncrypter {
  /** Returns a JWE in compact form that contains the signed JWT (nested JWT, RFC 7519 §11.2). */
  encrypt(jwt: string, encryption: AnswerEncryption): Promise<string>;
}

interface Ports {
  readonly issuer: string;
  readonly clock: Clock;
  readonly verifier: { readonly algorithms: readonly SigningAlgorithm[] };
  readonly introspectionSigner: IntrospectionSigner;
  readonly introspectionEncrypter: IntrospectionEncrypter;
  readonly failures: FailureCounter;
}

/**
 * Chooses the algorithm that signs status lists, and introspection answers for callers that are registered for no other:
 * RS256 if the workspace has a key for it, because clients expect it by default (RFC 9701 §6); otherwise the first
 * algorithm. Empty without a signing key.
 */
export function statementAlgorithms(algorithms: readonly SigningAlgorithm[]): readonly SigningAlgorithm[] {
  return algorithms.includes('RS256') ? ['RS256'] : algorithms.slice(0, 1);
}

/**
 * Checks that a caller may have an answer that is neither signed nor encrypted. An application that is registered for
 * encrypted answers gets no others: a caller that forgets the header must not get in clear text what it wanted hidden.
 * @throws DomainError `invalid_request`
 */
export function assertMayHavePlainAnswer(caller: Introspector): void {
  if (registrationOfCaller(caller).introspectionEncryptedResponseAlg === undefined) return;
  throw new DomainError(
    'invalid_request',
    'This client is registered for encrypted answers: send the header Accept: application/token-introspection+jwt and no other type.',
  );
}

/**
 * Signs an introspection answer with the workspace's key, so that the caller can keep it as evidence (RFC 9701). Then
 * encrypts it, if the caller is registered for that.
 * @throws DomainError `rate_limited` if the caller got too many signed answers in this minute; `answerTooLarge`;
 * `temporarily_unavailable`
 */
export async function signIntrospection(caller: Introspector, answer: Introspection, ports: Ports): Promise<string> {
  const { issuer, clock, verifier, introspectionSigner, introspectionEncrypter } = ports;
  const registration = registrationOfCaller(caller);
  const [usual] = statementAlgorithms(verifier.algorithms);
  const algorithm = registration.introspectionSignedResponseAlg ?? usual;
  if (algorithm === undefined) throw new Error('The workspace has no signing key.');
  const aud = 'client' in caller ? caller.client.id : caller.clientId;
  await countSignedAnswer(aud, ports);
  const claims = {
    iss: issuer,
    aud,
    iat: clock.nowSeconds(),
    token_introspection: answer,
  };
  const jwt = await introspectionSigner.sign(claims, algorithm);
  const encryption = encryptionFor(registration);
  return encryption === undefined ? jwt : introspectionEncrypter.encrypt(jwt, encryption);
}

function registrationOfCaller(caller: Introspector): ApplicationRegistration {
  const { registration } = 'client' in caller ? caller.client : caller;
  return registration ?? DEFAULT_REGISTRATION;
}

/** Returns how answers to this registration are encrypted; undefined for answers in clear text. */
function encryptionFor(registration: ApplicationRegistration): AnswerEncryption | undefined {
  const { introspectionEncryptedResponseAlg: algorithm, jwks = [] } = registration;
  if (algorithm === undefined) return undefined;
  const jwk = encryptionKeyIn(jwks, algorithm);
  if (jwk === undefined) throw new Error('The client is registered without a key for encryption.');
  const [usual] = contentEncryptions;
  return { algorithm, content: registration.introspectionEncryptedResponseEnc ?? usual, jwk };
}
