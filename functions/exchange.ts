import { ambient } from '#shared/adapters/ambient.ts';
import { joseAssertionVerifier } from '#shared/adapters/assertion-verifier.ts';
import { bcryptHasher } from '#shared/adapters/bcrypt-hasher.ts';
import { dynamoAssertionMemory } from '#shared/adapters/dynamo/assertion-memory.ts';
import { dynamoAudit } from '#shared/adapters/dynamo/audit.ts';
import { dynamoStanding } from '#shared/adapters/dynamo/standing.ts';
import { dynamoUsageNotes } from '#shared/adapters/dynamo/usage.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsSigner } from '#shared/adapters/kms/signer.ts';
import { memoryGuessLimiter } from '#shared/adapters/memory-limiter.ts';
import { possession } from '#shared/adapters/possession.ts';
import { joseWorkloadTokens } from '#shared/adapters/workload-tokens.ts';
import { exchange } from '#shared/api/oauth.ts';
import { issueAccessToken } from '#shared/domain/issue-access-token.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/replies.ts';

const adapters = {
  ...ambient,
  standing: dynamoStanding,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  guesses: memoryGuessLimiter,
  usageNotes: dynamoUsageNotes,
  assertionVerifier: joseAssertionVerifier,
  assertionMemory: dynamoAssertionMemory,
  workloadTokens: joseWorkloadTokens,
  signer: kmsSigner,
  ...possession,
  audit: dynamoAudit,
};

/** RFC 6749 §4.4, RFC 7523 §2.1: a client trades its credentials, or what it has signed, for an access token. */
export const handler = lambda(exchange, adapters, {
  token: async ({ caller, proof, body }, ports) => {
    const { grant_type: grantType, scope, audience = [], resource = [] } = body;
    const audiences = [...audience, ...resource];
    const token = await issueAccessToken(caller, { grantType, scope, audiences, proof }, ports);
    return ok(
      { access_token: token.value, token_type: token.type, expires_in: token.lifetimeSeconds, scope: token.scope },
      { tokenId: token.id, audience: token.audience },
    );
  },
});
