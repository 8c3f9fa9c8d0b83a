import { dynamoProofMemory } from '../dynamo/tokens/proof-memory.ts';
import { joseProofVerifier } from '../jose/proof-verifier.ts';

/** What `proofs:verify` takes: the signature of a proof, and whether it was used before. */
export const possession = { proofVerifier: joseProofVerifier, proofMemory: dynamoProofMemory };
