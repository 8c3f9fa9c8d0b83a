import { createAuthorizerResultCache } from '../authorizer-result-cache.ts';
import type { GatewayAuthorizer, JwtAuthorizer } from '../configuration.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import { type ContextVariables, compileIdentitySources, REST_API_NOTATION } from '../identity-sources.ts';
import type { InvocationOutcome } from '../lambda-runtime.ts';
import type { GatewayResponse } from '../wire/gateway-response.ts';
import { type AuthorizerPolicy, authorizerPolicy, evaluatePolicy } from './authorizer-policy.ts';
import { restApiErrors } from './rest-api-errors.ts';
import { type RestApiCall, type RestAuthorizerContext, restAuthorizerEvent } from './rest-api-event.ts';

/** The decision of an authorizer: the request is allowed, or it gets this response. */
type RestAuthorization =
  | { readonly kind: 'allowed'; readonly authorizer: RestAuthorizerContext }
  | { readonly kind: 'refused'; readonly response: GatewayResponse };

/** Decides about one request to a REST API. */
export type RestAuthorizationStep = (call: RestApiCall) => Promise<RestAuthorization>;

const FUNCTION_NAME = 'authorizer';

/** An authorizer of a REST API reports an invalid token by failing with exactly this message. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Creates a Lambda authorizer of a REST API. The policy is cached, not the decision: each request evaluates the policy.
 *
 * @throws Error for a JWT authorizer, an unknown identity source or an invalid time to live
 */
export function compileRestLambdaAuthorizer(
  authorizer: GatewayAuthorizer | JwtAuthorizer,
  { lambda, nowMilliseconds }: GatewayPorts,
): RestAuthorizationStep {
  if (authorizer.type === 'JWT') throw new Error('REST APIs have no JWT authorizers.');
  const { handler, identitySources, type } = authorizer;
  if (type === 'TOKEN' && !(identitySources.length === 1 && identitySources[0]?.startsWith('method.request.header.'))) {
    throw new Error('A TOKEN authorizer needs one header as its identity source.');
  }
  const readIdentity = compileIdentitySources(identitySources, REST_API_NOTATION);
  const cache = createAuthorizerResultCache<AuthorizerPolicy>(authorizer, nowMilliseconds);

  async function ask(call: RestApiCall, identity: readonly string[]): Promise<AuthorizerPolicy | GatewayResponse> {
    const event =
      type === 'TOKEN'
        ? { type, methodArn: call.methodArn, authorizationToken: identity[0] }
        : restAuthorizerEvent(call);
    const outcome = await lambda.invoke({
      handler,
      functionName: FUNCTION_NAME,
      event,
      answeringErrorMessage: UNAUTHORIZED,
    });
    if (outcome.kind !== 'returned') return failureResponse(outcome);
    const { data, error } = authorizerPolicy.safeParse(outcome.payload);
    if (data === undefined) {
      lambda.report({ functionName: FUNCTION_NAME, error });
      return restApiErrors.authorizerFailure;
    }
    cache.keep(identity, data);
    return data;
  }

  return async function authorize(call) {
    const identity = readIdentity(call.request, contextVariables(call));
    if (identity === undefined) return { kind: 'refused', response: restApiErrors.unauthorized };
    const startedAtMilliseconds = nowMilliseconds();
    const answer = cache.find(identity) ?? (await ask(call, identity));
    if ('statusCode' in answer) return { kind: 'refused', response: answer };
    return decide(answer, call.methodArn, nowMilliseconds() - startedAtMilliseconds);
  };
}

/** Returns the response to a failure. Only the message `Unauthorized` means that the token is invalid. */
function failureResponse(outcome: Exclude<InvocationOutcome, { kind: 'returned' }>): GatewayResponse {
  const isUnauthorized = outcome.kind === 'failed' && outcome.errorMessage === UNAUTHORIZED;
  return isUnauthorized ? restApiErrors.unauthorized : restApiErrors.authorizerFailure;
}

function decide(policy: AuthorizerPolicy, methodArn: string, integrationLatency: number): RestAuthorization {
  const effect = evaluatePolicy(policy, methodArn);
  if (effect === 'explicit-deny') return { kind: 'refused', response: restApiErrors.explicitDeny };
  if (effect === 'implicit-deny') return { kind: 'refused', response: restApiErrors.implicitDeny };
  const context = Object.entries(policy.context ?? {}).map(([name, value]) => [
    name,
    value === null ? null : `${value}`,
  ]);
  return {
    kind: 'allowed',
    authorizer: { ...Object.fromEntries(context), principalId: policy.principalId, integrationLatency },
  };
}

function contextVariables({ request, route, stage, path }: RestApiCall): ContextVariables {
  return {
    httpMethod: request.method,
    'identity.sourceIp': request.sourceIp,
    path: `/${stage}${path}`,
    resourcePath: route.path,
    stage,
  };
}
