import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoStatusEntries } from '#shared/adapters/dynamo/tokens/status-lists.ts';
import { joseAssertionVerifier } from '#shared/adapters/jose/assertion-verifier.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { statusListMemory } from '#shared/adapters/node/status-list-memory.ts';
import { possession } from '#shared/adapters/sets/possession.ts';
import { settingProtectedApi } from '#shared/adapters/sets/protected-api.ts';
import { authorizer } from '#shared/api/without-routes.ts';
import { guardRequest } from '#shared/domain/checks/guard-request.ts';
import type { StatusList } from '#shared/domain/tokens/status-list.ts';
import { type AuthorizerEvent, answerFor } from '#shared/http/authorizer.ts';
import { routedRequestIn, tokenIn } from '#shared/http/authorizer-request.ts';
import { task } from '#shared/http/task.ts';
import { within } from '#shared/http/within.ts';

/** The longest time for the check of a token. API Gateway then has an answer within two seconds (INV8). */
const DECISION_MILLISECONDS_MAX = 1_800;

const adapters = {
  ...ambient,
  records: dynamoRecords,
  verifier: kmsVerifier,
  assertionVerifier: joseAssertionVerifier,
  secretTokens: kmsSecretTokens,
  ...possession,
  statusEntries: dynamoStatusEntries,
  statusLists: statusListMemory<StatusList>,
  protectedApi: settingProtectedApi,
};

/**
 * Decides for API Gateway whether the access token of a request permits a call of the protected API (Lambda
 * authorizer).
 */
export const handler = task(authorizer, adapters, async (event: AuthorizerEvent, ports) => {
  const { protectedApi } = ports;
  const token = tokenIn(event, protectedApi.origin);
  const request = routedRequestIn(event);
  const access = token && (await within(DECISION_MILLISECONDS_MAX, guardRequest(token, request, protectedApi, ports)));
  return { result: answerFor(event, access), log: { tokenId: access?.claims.jti, clientId: access?.claims.client_id } };
});
