import type { Clock } from '../ambient.ts';
import { bindsToCertificates, type Confirmation, missingMember } from '../authentication/confirmation.ts';
import { isRecentNonce, type PresentedProof, redeemProof, verifyProof } from '../authentication/dpop.ts';
import type { ClientCertificate, ProofMemory, ProofOfPossession, ProofVerifier } from '../authentication/ports.ts';
import { DomainError } from '../errors.ts';
import type { Pepper } from '../keys/ports.ts';
import type { BindingRules } from '../records/permissions.ts';

/** The key and the certificate that the requester of a token has proven to hold. */
export interface Possession {
  readonly proof?: ProofOfPossession | undefined;
  readonly certificate?: ClientCertificate | undefined;
}

/**
 * Checks the DPoP proof of a token request, before the client is authenticated (RFC 9449 §5).
 * @throws DomainError `invalid_dpop_proof`, or `use_dpop_nonce` for a proof without a recent nonce of this server
 */
export async function acceptProof(
  presented: PresentedProof,
  ports: { readonly proofVerifier: ProofVerifier; readonly pepper: Pepper; readonly clock: Clock },
): Promise<ProofOfPossession> {
  const proof = await verifyProof(presented, ports);
  if (proof === undefined) throw invalidProof();
  if (proof.nonce !== undefined && (await isRecentNonce(proof.nonce, ports))) return proof;
  throw new DomainError('use_dpop_nonce', 'Send a new proof that carries the nonce of the DPoP-Nonce header.');
}

/**
 * Decides to which key and certificate a new token is bound; undefined for a bearer token. A proof always binds the
 * token, and is used up. A certificate binds it only if the API or the client is registered so, because some
 * connections need a certificate anyway.
 * @throws DomainError `invalid_dpop_proof` for a proof that was used before, or if a required proof is missing;
 * `invalid_request` if a required certificate is missing
 */
export async function confirmSender(
  { proof, certificate }: Possession,
  rules: BindingRules,
  ports: { readonly proofMemory: ProofMemory; readonly clock: Clock },
): Promise<Confirmation | undefined> {
  const confirmation: Confirmation = {
    ...(proof && { jkt: proof.thumbprint }),
    ...(certificate && bindsToCertificates(rules) && { 'x5t#S256': certificate.thumbprint }),
  };
  const missing = missingMember(confirmation, rules);
  if (missing !== undefined) throw unbound(missing);
  if (proof !== undefined && !(await redeemProof(proof, ports))) throw invalidProof();
  return Object.keys(confirmation).length === 0 ? undefined : confirmation;
}

/**
 * Checks that the requester holds the key and the certificate that a presented token is bound to (RFC 8693 §2.1 with
 * RFC 9449 §5 and RFC 8705 §3; for refresh tokens RFC 8705 §4).
 * @throws DomainError `invalid_dpop_proof` without a proof by the token's key; the error of `otherCertificate` without
 * the token's certificate
 */
export function assertPossession(
  { jkt, 'x5t#S256': certificateThumbprint }: Confirmation = {},
  { proof, certificate }: Possession,
  otherCertificate: () => DomainError,
): void {
  if (jkt !== undefined && jkt !== proof?.thumbprint) {
    throw new DomainError('invalid_dpop_proof', 'The token is bound to a key: send a proof by that key.');
  }
  if (certificateThumbprint !== undefined && certificateThumbprint !== certificate?.thumbprint) {
    throw otherCertificate();
  }
}

function unbound(missing: keyof Confirmation): DomainError {
  return missing === 'jkt'
    ? new DomainError('invalid_dpop_proof', 'This token must be bound to a key: send a proof in the DPoP header.')
    : new DomainError('invalid_request', 'This token must be bound to a certificate: use mutual TLS.');
}

/** The only refusal of a proof that is not valid or was used before. It does not tell the reason. */
export function invalidProof(): DomainError {
  return new DomainError('invalid_dpop_proof', 'The DPoP proof is malformed, too old, used or for another request.');
}
