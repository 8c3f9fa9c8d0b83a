import type { ProofMemory } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { singleUseMemory } from './single-use.ts';

/** Remembers used DPoP proofs (RFC 9449), by the thumbprint of their key and `jti`, so that each is accepted once. */
export function dynamoProofMemory(environment: Environment): ProofMemory {
  const use = singleUseMemory(environment, 'dpop');
  return { redeem: ({ thumbprint, ...proof }, nowSeconds) => use({ owner: thumbprint, ...proof }, nowSeconds) };
}
