import type {
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayRequestAuthorizerEventV2,
} from 'aws-lambda';
import { ACCOUNT_ID, API_ID, executeApiArn } from '../arns.ts';
import type { ContextVariables } from '../identity-sources.ts';
import { type RouteMatch, routeKey } from '../route-matching.ts';
import type { GatewayRequest } from '../wire/gateway-request.ts';
import { headerValues, multiValueHeaders } from '../wire/header-fields.ts';
import { multiValueQueryParameters } from '../wire/query-string.ts';
import { commonLogTime } from '../wire/request-time.ts';

/** The stage of an HTTP API whose paths have no prefix. */
const DEFAULT_STAGE = '$default';

/** A request to an HTTP API, with its route. */
export interface HttpApiCall extends RouteMatch {
  readonly request: GatewayRequest;
  /** The path as HTTP APIs pass it on: percent-decoded, although its name says raw. */
  readonly rawPath: string;
  readonly requestId: string;
  readonly receivedAtMilliseconds: number;
}

/**
 * The member `requestContext.authorizer`. Values of a Lambda authorizer keep their types; claims of a JWT become text.
 */
export type AuthorizerContext =
  | { readonly lambda: Readonly<Record<string, unknown>> | null }
  | { readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null } };

type HttpApiEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & { authorizer?: AuthorizerContext }
>;

/** Media types, besides `text/*`, that an HTTP API passes on as text. It treats all others as binary, also forms. */
const TEXT_MEDIA_TYPES = new Set(['application/json', 'application/javascript', 'application/xml']);

/** Makes the Lambda event, in payload format 2.0. */
export function httpApiEvent(call: HttpApiCall, authorizer: AuthorizerContext | undefined): HttpApiEvent {
  return {
    version: '2.0',
    ...requestPart(call),
    requestContext: { ...requestContext(call), ...(authorizer && { authorizer }) },
    ...bodyPart(call.request),
  };
}

/** Makes the event of a Lambda authorizer, in payload format 2.0. */
export function httpAuthorizerEvent(
  call: HttpApiCall,
  identity: readonly string[],
): APIGatewayRequestAuthorizerEventV2 {
  const { cookies = [], ...request } = requestPart(call);
  const routeArn = executeApiArn({ stage: DEFAULT_STAGE, method: call.request.method, path: call.rawPath });
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn,
    identitySource: [...identity],
    ...request,
    cookies,
    requestContext: requestContext(call),
  };
}

/** Returns the values for `$context.*` identity sources. */
export function contextVariables({ request, route, rawPath }: HttpApiCall): ContextVariables {
  return {
    httpMethod: request.method,
    'identity.sourceIp': request.sourceIp,
    path: rawPath,
    routeKey: routeKey(route),
    stage: DEFAULT_STAGE,
  };
}

function requestPart({ request, route, rawPath, pathParameters }: HttpApiCall) {
  const cookieLines = headerValues(request.headers, 'cookie');
  const cookies = cookieLines.flatMap((line) => line.split(/; */)).filter((cookie) => cookie !== '');
  const queryParameters = joinValues(multiValueQueryParameters(request.rawQueryString));
  return {
    routeKey: routeKey(route),
    rawPath,
    rawQueryString: request.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: lowerCasedHeaders(request),
    ...(Object.keys(queryParameters).length > 0 && { queryStringParameters: queryParameters }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
  };
}

function requestContext(call: HttpApiCall): APIGatewayEventRequestContextV2 {
  const { request, route, rawPath } = call;
  return {
    accountId: ACCOUNT_ID,
    apiId: API_ID,
    ...(request.clientCert && { authentication: { clientCert: request.clientCert } }),
    domainName: 'localhost',
    domainPrefix: 'localhost',
    http: {
      method: request.method,
      path: rawPath,
      protocol: request.protocol,
      sourceIp: request.sourceIp,
      userAgent: headerValues(request.headers, 'user-agent').join(','),
    },
    requestId: call.requestId,
    routeKey: routeKey(route),
    stage: DEFAULT_STAGE,
    time: commonLogTime(call.receivedAtMilliseconds),
    timeEpoch: call.receivedAtMilliseconds,
  };
}

function bodyPart({ headers, body }: GatewayRequest): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isBinary = !isTextMediaType(headerValues(headers, 'content-type')[0] ?? '');
  return { body: body.toString(isBinary ? 'base64' : 'utf8'), isBase64Encoded: isBinary };
}

function isTextMediaType(contentType: string): boolean {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  return mediaType.startsWith('text/') || TEXT_MEDIA_TYPES.has(mediaType);
}

function lowerCasedHeaders({ headers }: GatewayRequest): Record<string, string> {
  const fields = headers.filter(([name]) => name.toLowerCase() !== 'cookie');
  return joinValues(multiValueHeaders(fields.map(([name, value]) => [name.toLowerCase(), value])));
}

function joinValues(values: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.join(',')]));
}
