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
  /** In PEM, of the TLS connection that the request came by. */
  readonly certificate?: string | undefined;
}

interface Ports {
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly certificates: CertificateReader;
  readonly clock: Clock;
}

/** Why whoever presents a token is not whom it is bound to, by the codes of RFC 9449 §7.1; undefined where all is well. */
type Mismatch = 'invalid_token' | 'unproven_token' | undefined;

/**
 * Whether a token comes as it has to: over a connection with the certificate that it is bound to, if it is; and with a
 * proof by the key that it is bound to for this very token and request, if it is, or else as bearer token. The proof is
 * used up by this, so everything else about the token is checked before.
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
 * The same for whoever is to be told.
 * @throws DomainError `invalid_token` or `unproven_token`
 */
export async function assertIsSender(presented: PresentedToken, claims: TokenClaims, ports: Ports): Promise<void> {
  const mismatch = await findMismatch(presented, claims, ports);
  if (mismatch === undefined) return;
  const description =
    'The access token comes otherwise than it is bound: to a key, with a fresh proof; to a certificate, by mutual TLS.';
  throw new DomainError(mismatch, description, { scheme: presented.scheme });
}
