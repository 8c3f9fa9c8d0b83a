import { ambient } from '#shared/adapters/ambient.ts';
import { clientAuthentication } from '#shared/adapters/client-authentication.ts';
import { dynamoRevocations } from '#shared/adapters/dynamo/revocations.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { revoke } from '#shared/api/oauth.ts';
import { revokeToken } from '#shared/domain/revoke-token.ts';
import { lambda } from '#shared/http/lambda.ts';
import { done } from '#shared/http/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  verifier: kmsVerifier,
  secretTokens: kmsSecretTokens,
  revocations: dynamoRevocations,
};

/** RFC 7009: a client takes one of its tokens back. */
export const handler = lambda(revoke, adapters, {
  revoke: async ({ caller, body }, ports) => done(200, await revokeToken(caller, body.token, ports)),
});
