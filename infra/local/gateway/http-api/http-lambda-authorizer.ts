import * as z from 'zod';
import { createAuthorizerResultCache } from '../authorizer-result-cache.ts';
import type { GatewayAuthorizer } from '../configuration.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import { compileIdentitySources, HTTP_API_NOTATION } from '../identity-sources.ts';
import { httpApiErrors } from './http-api-errors.ts';
import { contextVariables, type HttpApiCall, httpAuthorizerEvent } from './http-api-event.ts';
import type { HttpAuthorizationStep } from './http-authorization.ts';

const FUNCTION_NAME = 'authorizer';

/** The simple response format of HTTP APIs. An IAM policy is not accepted. */
const simpleResponse = z.object({
  isAuthorized: z.boolean(),
  context: z.record(z.string(), z.unknown()).nullish(),
});

type SimpleResponse = z.infer<typeof simpleResponse>;

/**
 * Creates a Lambda authorizer of an HTTP API. Permissions and refusals are cached; failures are not.
 *
 * @throws Error for a TOKEN authorizer, an unknown identity source or an invalid time to live
 */
export function compileHttpLambdaAuthorizer(
  authorizer: GatewayAuthorizer,
  { lambda, nowMilliseconds }: GatewayPorts,
): HttpAuthorizationStep {
  const { handler, identitySources, type } = authorizer;
  if (type === 'TOKEN') throw new Error('HTTP APIs have no TOKEN authorizers.');
  const readIdentity = compileIdentitySources(identitySources, HTTP_API_NOTATION);
  const cache = createAuthorizerResultCache<SimpleResponse>(authorizer, nowMilliseconds);

  async function ask(call: HttpApiCall, identity: readonly string[]): Promise<SimpleResponse | undefined> {
    const event = httpAuthorizerEvent(call, identity);
    const outcome = await lambda.invoke({ handler, functionName: FUNCTION_NAME, event });
    if (outcome.kind !== 'returned') return undefined;
    const { data, error } = simpleResponse.safeParse(outcome.payload);
    if (data === undefined) lambda.report({ functionName: FUNCTION_NAME, error });
    else cache.keep(identity, data);
    return data;
  }

  return async function authorize(call) {
    const identity = readIdentity(call.request, contextVariables(call));
    if (identity === undefined) return { kind: 'refused', response: httpApiErrors.unauthorized };
    const answer = cache.find(identity) ?? (await ask(call, identity));
    if (answer === undefined) return { kind: 'refused', response: httpApiErrors.internalServerError };
    if (!answer.isAuthorized) return { kind: 'refused', response: httpApiErrors.forbidden };
    return { kind: 'allowed', authorizer: { lambda: answer.context ?? null } };
  };
}
