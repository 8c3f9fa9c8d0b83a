import { joseAssertionVerifier } from './assertion-verifier.ts';
import { bcryptHasher } from './bcrypt-hasher.ts';
import { dynamoAssertionMemory } from './dynamo/assertion-memory.ts';
import { dynamoAudit } from './dynamo/audit.ts';
import { dynamoStanding } from './dynamo/standing.ts';
import { dynamoUsageNotes } from './dynamo/usage.ts';
import { kmsPepper } from './kms/pepper.ts';
import { memoryGuessLimiter } from './memory-limiter.ts';

/** What recognises clients by secret or key, and writes down whom it refused. */
export const clientAuthentication = {
  standing: dynamoStanding,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  guesses: memoryGuessLimiter,
  usageNotes: dynamoUsageNotes,
  assertionVerifier: joseAssertionVerifier,
  assertionMemory: dynamoAssertionMemory,
  audit: dynamoAudit,
};
