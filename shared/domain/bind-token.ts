import type { Pepper, ProofMemory, ProofOfPossession, ProofVerifier } from './crypto-ports.ts';
import { isRecentNonce } from './dpop-nonce.ts';
import { type PresentedProof, redeemProof, verifyProof } from './dpop-proof.ts';
import { DomainError } from './errors.ts';
import type { Clock } from './ports.ts';
import type { Api } from './records.ts';

/** What a token says of the key that its sender has to prove possession of (RFC 7800 §3, RFC 9449 §6.1). */
export interface Confirmation {
  /** The key's thumbprint (RFC 7638). */
  readonly jkt: string;
}

/**
 * Checks the proof that comes with an exchange, before anything is known of the client (RFC 9449 §5).
 * @throws DomainError `invalid_dpop_proof`, or `use_dpop_nonce` for one without a recent nonce of ours
 */
export async function acceptProof(
  presented: PresentedProof,
  ports: { readonly proofVerifier: ProofVerifier; readonly pepper: Pepper; readonly clock: Clock },
): Promise<ProofOfPossession> {
  const proof = await verifyProof(presented, ports);
  if (proof === undefined) throw invalidProof();
  if (proof.nonce !== undefined && (await isRecentNonce(proof.nonce, ports))) return proof;
  throw new DomainError('use_dpop_nonce', 'Repeat with a proof that carries the nonce of the DPoP-Nonce header.');
}

/**
 * The key that a new token is bound to: that of the proof, which is used up by this. Undefined for a bearer token.
 * @throws DomainError `invalid_dpop_proof` for a proof used before, and without one where the API requires it
 */
export async function confirmKey(
  proof: ProofOfPossession | undefined,
  { dpopBoundAccessTokensRequired }: Api,
  ports: { readonly proofMemory: ProofMemory; readonly clock: Clock },
): Promise<Confirmation | undefined> {
  if (proof === undefined) {
    if (!dpopBoundAccessTokensRequired) return undefined;
    throw new DomainError('invalid_dpop_proof', 'This API takes bound tokens only: send a proof in the DPoP header.');
  }
  if (!(await redeemProof(proof, ports))) throw invalidProof();
  return { jkt: proof.thumbprint };
}

/** The one refusal of a proof that is not good, or was used before. */
function invalidProof(): DomainError {
  return new DomainError('invalid_dpop_proof', 'The DPoP proof is malformed, about another request, too old or used.');
}
