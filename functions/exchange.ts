import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoRevocations } from '#shared/adapters/dynamo/tokens/revocations.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { dynamoStatusPlaces } from '#shared/adapters/dynamo/tokens/status-lists.ts';
import { joseWorkloadTokens } from '#shared/adapters/jose/workload-tokens.ts';
import { exchangeSigner } from '#shared/adapters/kms/exchange-signer.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { clientAuthentication } from '#shared/adapters/sets/client-authentication.ts';
import { possession } from '#shared/adapters/sets/possession.ts';
import { exchange } from '#shared/api/oauth/oauth.ts';
import { OFFLINE_ACCESS } from '#shared/domain/grants/token-families.ts';
import { tradeGrant } from '#shared/domain/grants/trade-grant.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  workloadTokens: joseWorkloadTokens,
  statusPlaces: dynamoStatusPlaces,
  verifier: kmsVerifier,
  signer: exchangeSigner,
  secretTokens: kmsSecretTokens,
  issuance: dynamoIssuance,
  shortLived: dynamoShortLivedWriter,
  codes: dynamoShortLivedWriter,
  revocations: dynamoRevocations,
  ...possession,
};

/** Issues access tokens: the token endpoint of RFC 6749 §4.4 and §6, RFC 7523 §2.1 and RFC 8693 §2.1. */
export const handler = lambda(exchange, adapters, {
  token: async ({ caller, possession, body }, ports) => {
    const { scope, audience = [], resource = [] } = body;
    const request = {
      grantType: body.grant_type,
      refreshToken: body.refresh_token,
      authorizationCode: { code: body.code, redirectUri: body.redirect_uri, codeVerifier: body.code_verifier },
      tokens: {
        subjectToken: body.subject_token,
        subjectTokenType: body.subject_token_type,
        actorToken: body.actor_token,
        actorTokenType: body.actor_token_type,
        requestedTokenType: body.requested_token_type,
      },
      scope,
      audiences: [...audience, ...resource],
      possession,
    };
    const { token, refreshToken, idToken, isOffline, issuedTokenType } = await tradeGrant(caller, request, ports);
    return ok(
      {
        access_token: token.value,
        token_type: token.type,
        expires_in: token.lifetimeSeconds,
        scope: isOffline ? `${token.scope} ${OFFLINE_ACCESS}` : token.scope,
        ...(refreshToken !== undefined && { refresh_token: refreshToken }),
        ...(idToken !== undefined && { id_token: idToken }),
        ...(issuedTokenType !== undefined && { issued_token_type: issuedTokenType }),
      },
      { tokenId: token.id, audience: token.audience },
      token.quotas,
    );
  },
});
