import { randomUUID } from 'node:crypto';
import { executeApiArn } from '../arns.ts';
import type { RestApi } from '../configuration.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import { compileAuthorizers } from '../route-authorizers.ts';
import { compileRoutes, matchRestRoute } from '../route-matching.ts';
import { createThrottle } from '../throttle.ts';
import type { GatewayRequest } from '../wire/gateway-request.ts';
import { type GatewayResponse, withHeaders } from '../wire/gateway-response.ts';
import { newShortRequestId } from '../wire/request-id.ts';
import { restApiErrors } from './rest-api-errors.ts';
import { type RestApiCall, type RestAuthorizerContext, restApiEvent } from './rest-api-event.ts';
import { restApiResponse } from './rest-api-response.ts';
import { compileRestLambdaAuthorizer } from './rest-lambda-authorizer.ts';

/**
 * Creates a REST API with one stage, with which request paths begin. A request passes resource, throttle, authorizer
 * and Lambda in this order.
 *
 * @throws Error if API Gateway would refuse a route or an authorizer
 */
export function createRestApi(
  { stage, routes }: RestApi,
  ports: GatewayPorts,
): (request: GatewayRequest) => Promise<GatewayResponse> {
  const { lambda, nowMilliseconds } = ports;
  const table = compileRoutes(routes);
  const authorizers = compileAuthorizers(routes, (authorizer) => compileRestLambdaAuthorizer(authorizer, ports));
  const admit = createThrottle(nowMilliseconds);

  async function answer(request: GatewayRequest, requestId: string): Promise<GatewayResponse> {
    const path = request.path.slice(stage.length + 1) || '/';
    const match = matchRestRoute(table, request.method, path);
    if (match === undefined) return restApiErrors.unknownRoute;
    if (!admit(match.route)) return restApiErrors.tooManyRequests;
    const methodArn = executeApiArn({ stage, method: request.method, path });
    const call = { ...match, request, stage, path, methodArn, requestId, receivedAtMilliseconds: nowMilliseconds() };
    const authorize = match.route.authorizer && authorizers.get(match.route.authorizer);
    const authorization = await authorize?.(call);
    if (authorization?.kind === 'refused') return authorization.response;
    return integrate(call, authorization?.authorizer);
  }

  async function integrate(call: RestApiCall, authorizer?: RestAuthorizerContext): Promise<GatewayResponse> {
    const { handler, functionName = 'local-function' } = call.route;
    const outcome = await lambda.invoke({ handler, functionName, event: restApiEvent(call, authorizer) });
    if (outcome.kind === 'timed-out') return restApiErrors.integrationTimeout;
    if (outcome.kind === 'failed') return restApiErrors.integrationFailure;
    const { response, error } = restApiResponse(outcome.payload);
    if (response === undefined) lambda.report({ functionName, error });
    return response ?? restApiErrors.integrationFailure;
  }

  return async function handle(request) {
    const requestId = randomUUID();
    return withHeaders(await answer(request, requestId), [
      ['x-amzn-RequestId', requestId],
      ['x-amz-apigw-id', newShortRequestId()],
    ]);
  };
}
