import { ambient } from '#shared/adapters/ambient.ts';
import { joseAssertionVerifier } from '#shared/adapters/assertion-verifier.ts';
import { bcryptHasher } from '#shared/adapters/bcrypt-hasher.ts';
import { dynamoAssertionMemory } from '#shared/adapters/dynamo/assertion-memory.ts';
import { dynamoAudit } from '#shared/adapters/dynamo/audit.ts';
import { dynamoRevocations } from '#shared/adapters/dynamo/revocations.ts';
import { dynamoStanding } from '#shared/adapters/dynamo/standing.ts';
import { dynamoUsageNotes } from '#shared/adapters/dynamo/usage.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { memoryGuessLimiter } from '#shared/adapters/memory-limiter.ts';
import { revoke } from '#shared/api/oauth.ts';
import { revokeToken } from '#shared/domain/revoke-token.ts';
import { lambda } from '#shared/http/lambda.ts';
import { done } from '#shared/http/replies.ts';

const adapters = {
  ...ambient,
  standing: dynamoStanding,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  guesses: memoryGuessLimiter,
  usageNotes: dynamoUsageNotes,
  assertionVerifier: joseAssertionVerifier,
  assertionMemory: dynamoAssertionMemory,
  verifier: kmsVerifier,
  revocations: dynamoRevocations,
  audit: dynamoAudit,
};

/** RFC 7009: a client takes one of its tokens back. */
export const handler = lambda(revoke, adapters, {
  revoke: async ({ caller, body }, ports) => done(200, await revokeToken(caller, body.token, ports)),
});
