import type { ProofMemory } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { singleUseMemory } from './single-use.ts';

/** Keeps used proofs, by key and `jti`. */
export function dynamoProofMemory(environment: Environment): ProofMemory {
  const use = singleUseMemory(environment, 'dpop');
  return { redeem: ({ thumbprint, ...proof }, nowSeconds) => use({ owner: thumbprint, ...proof }, nowSeconds) };
}
