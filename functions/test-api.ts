import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoStatusPlaces } from '#shared/adapters/dynamo/tokens/status-lists.ts';
import { kmsSigner } from '#shared/adapters/kms/signer.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { testApi as table } from '#shared/api/management/test-api.ts';
import { testApi } from '#shared/domain/grants/test-api.ts';
import { lambda } from '#shared/http/lambda.ts';
import { decodedToken } from '#shared/http/reply/decoded-token.ts';
import { ok } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  ...management,
  statusPlaces: dynamoStatusPlaces,
  signer: kmsSigner,
  secretTokens: kmsSecretTokens,
  issuance: dynamoIssuance,
};

/** Gives a caller that may test APIs the access token that an application would get. */
export const handler = lambda(table, adapters, {
  testApi: async ({ caller, params, body }, ports) => {
    const token = await testApi(caller, { ...params, ...body }, ports);
    const { value: access_token, lifetimeSeconds: expires_in, scope } = token;
    const tokenResponse = { access_token, token_type: 'Bearer', expires_in, scope } as const;
    return ok({ tokenResponse, ...decodedToken(access_token) }, { clientId: body.clientId, tokenId: token.id });
  },
});
