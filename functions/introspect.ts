import { ambient } from '#shared/adapters/ambient.ts';
import { joseAssertionVerifier } from '#shared/adapters/assertion-verifier.ts';
import { bcryptHasher } from '#shared/adapters/bcrypt-hasher.ts';
import { dynamoAssertionMemory } from '#shared/adapters/dynamo/assertion-memory.ts';
import { dynamoAudit } from '#shared/adapters/dynamo/audit.ts';
import { dynamoStanding } from '#shared/adapters/dynamo/standing.ts';
import { dynamoUsageNotes } from '#shared/adapters/dynamo/usage.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsIntrospectionSigner } from '#shared/adapters/kms/signer.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { memoryGuessLimiter, memoryLimiter } from '#shared/adapters/memory-limiter.ts';
import { possession } from '#shared/adapters/possession.ts';
import { introspect } from '#shared/api/oauth.ts';
import { introspectToken } from '#shared/domain/introspect-token.ts';
import { signIntrospection } from '#shared/domain/sign-introspection.ts';
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
  audit: dynamoAudit,
  verifier: kmsVerifier,
  introspectionSigner: kmsIntrospectionSigner,
  ...possession,
  limiter: memoryLimiter,
};

/** RFC 7662: an API asks what a token is worth now; RFC 9701: and wants that in writing. */
export const handler = lambda(introspect, adapters, {
  introspect: async ({ caller, body, isSignedWanted }, ports) => {
    const answer = await introspectToken(caller, body.token, ports);
    const target = answer.active ? { tokenId: answer.jti } : {};
    if (!isSignedWanted) return ok(answer, target);
    return ok({ jwt: await signIntrospection(caller, answer, ports) }, target);
  },
});
