import { dynamoProofMemory } from './dynamo/proof-memory.ts';
import { joseProofVerifier } from './proof-verifier.ts';

/** What `proofs:verify` takes: the signature of a proof, and whether it was used before. */
export const possession = { proofVerifier: joseProofVerifier, proofMemory: dynamoProofMemory };
