import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { PresentedProof } from '#shared/domain/authentication/dpop.ts';
import type { RoutedRequest } from '#shared/domain/checks/route-rules.ts';
import type { PresentedToken } from '#shared/domain/checks/sender-constraint.ts';
import type { AuthorizerEvent } from './authorizer.ts';
import { presentedToken } from './caller/bearer.ts';
import { certificateOf } from './request/client-certificate.ts';

type RequestEvent = APIGatewayRequestAuthorizerEvent | APIGatewayRequestAuthorizerEventV2;

/**
 * Reads the access token of an authorizer's event, with its DPoP proof and its client certificate. A TOKEN event has
 * neither proof nor certificate.
 * @param origin the base URL by which clients name the API; undefined if it is the domain that API Gateway sees
 * @returns undefined if the event has no token
 */
export function tokenIn(event: AuthorizerEvent, origin: string | undefined): PresentedToken | undefined {
  if (event.type === 'TOKEN') return presentedToken(event.authorizationToken);
  const token = presentedToken(headerOf(event, 'authorization'));
  return token && { ...token, proof: proofIn(event, origin), certificate: certificateOf(event.requestContext) };
}

/**
 * Reads the method and the path of the request that an authorizer decides about. At both kinds of API it is the path
 * within the API, without stage and base path.
 * @returns undefined if the path has a malformed escape, or the route is `$default`, which has no path
 */
export function routedRequestIn(event: AuthorizerEvent): RoutedRequest | undefined {
  const { method, segments } = 'routeKey' in event ? requestAtHttpApi(event) : requestAtRestApi(event.methodArn);
  return segments && { method, segments: segments.at(-1) === '' ? segments.slice(0, -1) : segments };
}

interface ReadRequest {
  readonly method: string;
  readonly segments: readonly string[] | undefined;
}

/** Puts the values of the variables into the route's path. `rawPath` would contain the stage and the base path. */
function requestAtHttpApi({
  routeKey,
  pathParameters,
  requestContext,
}: APIGatewayRequestAuthorizerEventV2): ReadRequest {
  const { method } = requestContext.http;
  const route = /^\S+ \/(?<path>.*)$/.exec(routeKey)?.groups?.path?.split('/');
  const segments = route?.flatMap((segment) => {
    const { name, greedy } = /^\{(?<name>.+?)(?<greedy>\+?)\}$/.exec(segment)?.groups ?? {};
    if (name === undefined) return [segment];
    const value = pathParameters?.[name];
    return greedy === '' ? [value] : (value?.split('/') ?? [value]);
  });
  return { method, segments: segments?.every((segment) => segment !== undefined) ? segments : undefined };
}

/** Reads `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`. Its path is as it was sent. */
function requestAtRestApi(methodArn: string): ReadRequest {
  const [, , method = '', ...path] = methodArn.split('/');
  try {
    return { method, segments: path.map(decodeURIComponent) };
  } catch {
    return { method, segments: undefined };
  }
}

function proofIn(event: RequestEvent, origin: string | undefined): PresentedProof | undefined {
  const value = headerOf(event, 'dpop');
  if (value === undefined) return undefined;
  const { domainName = '' } = event.requestContext;
  const { method, path } = methodAndPathOf(event);
  return { value, method, url: (origin ?? `https://${domainName}`) + path };
}

/** Reads method and path, with the stage. The path comes decoded from HTTP APIs, and as it was sent from REST APIs. */
function methodAndPathOf(event: RequestEvent): { readonly method: string; readonly path: string } {
  if (!('routeKey' in event)) return { method: event.httpMethod, path: event.requestContext.path };
  const { method, path } = event.requestContext.http;
  return { method, path: path.split('/').map(encodeURIComponent).join('/') };
}

/** Joins all values of a header. In `headers`, REST APIs have only the last value. */
function headerOf(event: RequestEvent, name: string): string | undefined {
  const all = 'routeKey' in event ? {} : (event.multiValueHeaders ?? {});
  const values = Object.entries({ ...event.headers, ...all }).find(([header]) => header.toLowerCase() === name)?.[1];
  return Array.isArray(values) ? values.join(',') : values;
}
