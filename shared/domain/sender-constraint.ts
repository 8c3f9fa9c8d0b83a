import { type TokenClaims, type TokenType, tokenTypeOf } from './access-token.ts';
import type { ProofMemory, ProofVerifier } from './crypto-ports.ts';
import { type PresentedProof, redeemProof, verifyProof } from './dpop-proof.ts';
import { DomainError } from './errors.ts';
import type { Clock } from './ports.ts';

/** An access token as a request presents it to an API (RFC 6750 §2.1, RFC 9449 §7.1). */
export interface PresentedToken {
  readonly value: string;
  readonly scheme: TokenType;
  readonly proof?: PresentedProof | undefined;
}

interface Ports {
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly clock: Clock;
}

/** Why whoever presents a token is not whom it is bound to, by the codes of RFC 9449 §7.1; undefined where all is well. */
type Mismatch = 'invalid_token' | 'unproven_token' | undefined;

/**
 * Whether a token comes as it has to: an unbound one as bearer token, a bound one with a proof by its key for this very
 * token and request. The proof is used up by this, so everything else about the token is checked before.
 */
export async function findMismatch(
  { value, scheme, proof: presented }: PresentedToken,
  claims: TokenClaims,
  ports: Ports,
): Promise<Mismatch> {
  if (scheme !== tokenTypeOf(claims)) return 'invalid_token';
  if (claims.cnf === undefined) return undefined;
  const proof = presented && (await verifyProof(presented, ports));
  if (proof === undefined || proof.ath !== ports.proofVerifier.hashOf(value)) return 'unproven_token';
  if (proof.thumbprint !== claims.cnf.jkt) return 'invalid_token';
  return (await redeemProof(proof, ports)) ? undefined : 'unproven_token';
}

/**
 * The same for whoever is to be told.
 * @throws DomainError `invalid_token` or `unproven_token`
 */
export async function assertIsSender(presented: PresentedToken, claims: TokenClaims, ports: Ports): Promise<void> {
  const mismatch = await findMismatch(presented, claims, ports);
  if (mismatch === undefined) return;
  const description = 'The access token is bound to a key: send it with a fresh proof by that key, or it is not bound.';
  throw new DomainError(mismatch, description, { scheme: presented.scheme });
}
