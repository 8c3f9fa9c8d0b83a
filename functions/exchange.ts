import { ambient } from '#shared/adapters/ambient.ts';
import { clientAuthentication } from '#shared/adapters/client-authentication.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/issuance.ts';
import { dynamoStatusPlaces } from '#shared/adapters/dynamo/status-lists.ts';
import { kmsSigner } from '#shared/adapters/kms/signer.ts';
import { possession } from '#shared/adapters/possession.ts';
import { joseWorkloadTokens } from '#shared/adapters/workload-tokens.ts';
import { exchange } from '#shared/api/oauth.ts';
import { issueAccessToken } from '#shared/domain/issue-access-token.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  workloadTokens: joseWorkloadTokens,
  statusPlaces: dynamoStatusPlaces,
  signer: kmsSigner,
  issuance: dynamoIssuance,
  ...possession,
};

/** RFC 6749 §4.4, RFC 7523 §2.1: a client trades its credentials, or what it has signed, for an access token. */
export const handler = lambda(exchange, adapters, {
  token: async ({ caller, possession, body }, ports) => {
    const { grant_type: grantType, scope, audience = [], resource = [] } = body;
    const audiences = [...audience, ...resource];
    const token = await issueAccessToken(caller, { grantType, scope, audiences, possession }, ports);
    return ok(
      { access_token: token.value, token_type: token.type, expires_in: token.lifetimeSeconds, scope: token.scope },
      { tokenId: token.id, audience: token.audience },
      token.quotas,
    );
  },
});
