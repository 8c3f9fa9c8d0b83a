import type { Clock } from '../ambient.ts';
import { currentCertificate } from '../authentication/client-certificate.ts';
import { type PresentedProof, redeemProof, verifyProof } from '../authentication/dpop.ts';
import type { CertificateReader, ProofMemory, ProofVerifier } from '../authentication/ports.ts';
import { DomainError } from '../errors.ts';
import { type TokenType, tokenTypeOf } from '../tokens/access-token.ts';
import type { TokenClaims } from '../tokens/claims.ts';

/** An access token as a request presents it to an API (RFC 6750 §2.1, RFC 9449 §7.1, RFC 8705 §3). */
export interface PresentedToken {
  readonly value: string;
  readonly scheme: TokenType;
  readonly proof?: PresentedProof | undefined;
  /** The certificate of the request's TLS connection, in PEM. */
  readonly certificate?: string | undefined;
}

interface Ports {
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly certificates: CertificateReader;
  readonly clock: Clock;
}

/** The error if the sender of a token does not match its binding; undefined if it matches. */
type Mismatch = 'invalid_token' | 'unproven_token' | undefined;

/**
 * Checks that a token is presented as its binding demands. A certificate-bound token needs a connection with this
 * certificate. A key-bound token needs a proof by this key for this token and request (RFC 9449 §7.1); other tokens are
 * bearer tokens. The check uses up the proof, so the caller checks the rest of the token before.
 */
export async function findMismatch(presented: PresentedToken, claims: TokenClaims, ports: Ports): Promise<Mismatch> {
  const { cnf = {} } = claims;
  if (presented.scheme !== tokenTypeOf(claims)) return 'invalid_token';
  if (!isFromCertificate(presented, cnf['x5t#S256'], ports)) return 'invalid_token';
  return cnf.jkt === undefined ? undefined : findProofMismatch(presented, cnf.jkt, ports);
}

function isFromCertificate({ certificate }: PresentedToken, thumbprint: string | undefined, ports: Ports): boolean {
  return thumbprint === undefined || currentCertificate(certificate, ports)?.thumbprint === thumbprint;
}

async function findProofMismatch(
  { value, proof: presented }: PresentedToken,
  thumbprint: string,
  ports: Ports,
): Promise<Mismatch> {
  const proof = presented && (await verifyProof(presented, ports));
  if (proof === undefined || proof.ath !== ports.proofVerifier.hashOf(value)) return 'unproven_token';
  if (proof.thumbprint !== thumbprint) return 'invalid_token';
  return (await redeemProof(proof, ports)) ? undefined : 'unproven_token';
}

/**
 * Refuses a token that is not presented as its binding demands (see `findMismatch`).
 * @throws DomainError `invalid_token` or `unproven_token`
 */
export async function assertIsSender(presented: PresentedToken, claims: TokenClaims, ports: Ports): Promise<void> {
  const mismatch = await findMismatch(presented, claims, ports);
  if (mismatch === undefined) return;
  const description =
    'The token is not used as its binding demands: a key needs a fresh DPoP proof, and a certificate needs mutual TLS.';
  throw new DomainError(mismatch, description, { scheme: presented.scheme });
}
