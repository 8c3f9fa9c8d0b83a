import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { clientAuthentication } from '#shared/adapters/sets/client-authentication.ts';
import { possession as proofs } from '#shared/adapters/sets/possession.ts';
import { pushRequest } from '#shared/api/oauth/push-request.ts';
import { pushRequest as push } from '#shared/domain/authorization/pushed-requests.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  ...proofs,
  pushedRequests: dynamoShortLivedWriter,
};

/** Takes authorization requests that applications push (RFC 9126). */
export const handler = lambda(pushRequest, adapters, {
  pushRequest: async ({ caller, possession, body }, ports) => {
    const { requestUri, lifetimeSeconds } = await push({ ...caller, proof: possession?.proof }, body, ports);
    return created({ request_uri: requestUri, expires_in: lifetimeSeconds }, {});
  },
});
