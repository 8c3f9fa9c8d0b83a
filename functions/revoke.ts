import { dynamoRevocations } from '#shared/adapters/dynamo/tokens/revocations.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { clientAuthentication } from '#shared/adapters/sets/client-authentication.ts';
import { revoke } from '#shared/api/oauth/oauth.ts';
import { revokeToken } from '#shared/domain/grants/revoke-token.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  verifier: kmsVerifier,
  secretTokens: kmsSecretTokens,
  revocations: dynamoRevocations,
};

/** Revokes a token of the client (RFC 7009). */
export const handler = lambda(revoke, adapters, {
  revoke: async ({ caller, body }, ports) => ok({}, await revokeToken(caller, body.token, ports)),
});
