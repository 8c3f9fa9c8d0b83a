import { ambient } from '#shared/adapters/ambient.ts';
import { clientAuthentication } from '#shared/adapters/client-authentication.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/issuance.ts';
import { dynamoRevocations } from '#shared/adapters/dynamo/revocations.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/short-lived.ts';
import { dynamoStatusPlaces } from '#shared/adapters/dynamo/status-lists.ts';
import { kmsSigner } from '#shared/adapters/kms/signer.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { possession } from '#shared/adapters/possession.ts';
import { joseWorkloadTokens } from '#shared/adapters/workload-tokens.ts';
import { exchange } from '#shared/api/oauth.ts';
import { tradeGrant } from '#shared/domain/trade-grant.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  workloadTokens: joseWorkloadTokens,
  statusPlaces: dynamoStatusPlaces,
  signer: kmsSigner,
  secretTokens: kmsSecretTokens,
  issuance: dynamoIssuance,
  shortLived: dynamoShortLivedWriter,
  revocations: dynamoRevocations,
  ...possession,
};

/** RFC 6749 §4.4 and §6, RFC 7523 §2.1: a client trades what it holds for an access token. */
export const handler = lambda(exchange, adapters, {
  token: async ({ caller, possession, body }, ports) => {
    const { grant_type: grantType, refresh_token: refreshed, scope, audience = [], resource = [] } = body;
    const request = { grantType, refreshToken: refreshed, scope, audiences: [...audience, ...resource], possession };
    const { token, refreshToken } = await tradeGrant(caller, request, ports);
    return ok(
      {
        access_token: token.value,
        token_type: token.type,
        expires_in: token.lifetimeSeconds,
        scope: token.scope,
        ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      },
      { tokenId: token.id, audience: token.audience },
      token.quotas,
    );
  },
});
