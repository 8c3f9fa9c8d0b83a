import type { GatewayRoute } from '../configuration.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import { compileAuthorizers } from '../route-authorizers.ts';
import { compileRoutes, matchHttpRoute } from '../route-matching.ts';
import { createThrottle } from '../throttle.ts';
import type { GatewayRequest } from '../wire/gateway-request.ts';
import { type GatewayResponse, withHeaders } from '../wire/gateway-response.ts';
import { newShortRequestId } from '../wire/request-id.ts';
import { httpApiErrors } from './http-api-errors.ts';
import { type AuthorizerContext, type HttpApiCall, httpApiEvent } from './http-api-event.ts';
import { httpApiResponse } from './http-api-response.ts';
import { compileJwtAuthorizer } from './http-jwt-authorizer.ts';
import { compileHttpLambdaAuthorizer } from './http-lambda-authorizer.ts';

/**
 * Creates an HTTP API with the stage `$default`. A request passes route, throttle, authorizer and Lambda in this order.
 *
 * @throws Error if API Gateway would refuse a route or an authorizer
 */
export function createHttpApi(
  routes: readonly GatewayRoute[],
  ports: GatewayPorts,
): (request: GatewayRequest) => Promise<GatewayResponse> {
  const { lambda, nowMilliseconds } = ports;
  const table = compileRoutes(routes);
  const authorizers = compileAuthorizers(routes, (authorizer) =>
    authorizer.type === 'JWT'
      ? compileJwtAuthorizer(authorizer, ports)
      : compileHttpLambdaAuthorizer(authorizer, ports),
  );
  const admit = createThrottle(nowMilliseconds);

  async function answer(request: GatewayRequest, requestId: string): Promise<GatewayResponse> {
    const rawPath = decodePath(request.path);
    if (rawPath === undefined) return httpApiErrors.badRequest;
    const match = matchHttpRoute(table, request.method, rawPath);
    if (match === undefined) return httpApiErrors.notFound;
    if (!admit(match.route)) return httpApiErrors.tooManyRequests;
    const call = { ...match, request, rawPath, requestId, receivedAtMilliseconds: nowMilliseconds() };
    const authorize = match.route.authorizer && authorizers.get(match.route.authorizer);
    const authorization = await authorize?.(call);
    if (authorization?.kind === 'refused') return authorization.response;
    return integrate(call, authorization?.authorizer);
  }

  async function integrate(call: HttpApiCall, authorizer?: AuthorizerContext): Promise<GatewayResponse> {
    const { handler, functionName = 'local-function' } = call.route;
    const outcome = await lambda.invoke({ handler, functionName, event: httpApiEvent(call, authorizer) });
    if (outcome.kind === 'timed-out') return httpApiErrors.serviceUnavailable;
    if (outcome.kind === 'failed') return httpApiErrors.internalServerError;
    const { response, error } = httpApiResponse(outcome.payload);
    if (response === undefined) lambda.report({ functionName, error });
    return response ?? httpApiErrors.internalServerError;
  }

  return async function handle(request) {
    const requestId = newShortRequestId();
    return withHeaders(await answer(request, requestId), [['Apigw-Requestid', requestId]]);
  };
}

/** Decodes a path. HTTP APIs decode before they match routes, so an encoded slash separates segments too. */
function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
