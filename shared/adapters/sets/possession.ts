import { dynamoProofMemory } from '../dynamo/tokens/proof-memory.ts';
import { joseProofVerifier } from '../jose/proof-verifier.ts';

/**
 * The adapters of the grant `proofs:verify`: one verifies DPoP proofs, the other remembers the proofs that were used.
 */
export const possession = { proofVerifier: joseProofVerifier, proofMemory: dynamoProofMemory };
