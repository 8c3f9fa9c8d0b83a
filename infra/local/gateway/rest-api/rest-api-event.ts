import { createHash } from 'node:crypto';
import type {
  APIGatewayEventIdentity,
  APIGatewayEventRequestContextWithAuthorizer,
  APIGatewayProxyEventBase,
  APIGatewayRequestAuthorizerEvent,
} from 'aws-lambda';
import { ACCOUNT_ID, API_ID } from '../arns.ts';
import type { RouteMatch } from '../route-matching.ts';
import type { GatewayRequest } from '../wire/gateway-request.ts';
import { headerValues, multiValueHeaders } from '../wire/header-fields.ts';
import { multiValueQueryParameters } from '../wire/query-string.ts';
import { newShortRequestId } from '../wire/request-id.ts';
import { commonLogTime } from '../wire/request-time.ts';

/** A request to a REST API, with its resource. REST APIs pass on paths and path parameters without decoding them. */
export interface RestApiCall extends RouteMatch {
  readonly request: GatewayRequest;
  readonly stage: string;
  /** The path within the stage. */
  readonly path: string;
  readonly methodArn: string;
  readonly requestId: string;
  readonly receivedAtMilliseconds: number;
}

/** The member `requestContext.authorizer`: the authorizer's context as strings, and its latency in milliseconds. */
export type RestAuthorizerContext = Readonly<Record<string, string | number | null>>;

/** Makes the Lambda event, in payload format 1.0. */
export function restApiEvent(
  call: RestApiCall,
  authorizer: RestAuthorizerContext | undefined,
): APIGatewayProxyEventBase<RestAuthorizerContext | undefined> {
  const { body } = call.request;
  return {
    ...requestPart(call),
    requestContext: requestContext(call, authorizer),
    body: body.length > 0 ? body.toString('utf8') : null,
    isBase64Encoded: false,
  };
}

/** Makes the event of a REQUEST authorizer. Absent maps are empty objects here, and null in the Lambda event. */
export function restAuthorizerEvent(call: RestApiCall): APIGatewayRequestAuthorizerEvent {
  const request = requestPart(call);
  return {
    type: 'REQUEST',
    methodArn: call.methodArn,
    ...request,
    pathParameters: request.pathParameters ?? {},
    queryStringParameters: request.queryStringParameters ?? {},
    multiValueQueryStringParameters: request.multiValueQueryStringParameters ?? {},
    stageVariables: {},
    requestContext: requestContext(call, undefined),
  };
}

function requestPart({ request, route, path, pathParameters }: RestApiCall) {
  // A REST API also removes the length, besides the connection headers.
  const headers = multiValueHeaders(request.headers.filter(([name]) => name.toLowerCase() !== 'content-length'));
  const queryParameters = unlessEmpty(multiValueQueryParameters(request.rawQueryString));
  return {
    resource: route.path,
    path,
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: queryParameters && lastValues(queryParameters),
    multiValueQueryStringParameters: queryParameters,
    pathParameters: unlessEmpty(pathParameters),
    stageVariables: null,
  };
}

function requestContext<Authorizer extends RestAuthorizerContext | undefined>(
  { request, route, stage, path, requestId, receivedAtMilliseconds }: RestApiCall,
  authorizer: Authorizer,
): APIGatewayEventRequestContextWithAuthorizer<Authorizer> {
  return {
    accountId: ACCOUNT_ID,
    apiId: API_ID,
    authorizer,
    domainName: 'localhost',
    domainPrefix: 'localhost',
    extendedRequestId: newShortRequestId(),
    httpMethod: request.method,
    identity: identity(request),
    path: `/${stage}${path}`,
    protocol: request.protocol,
    requestId,
    requestTime: commonLogTime(receivedAtMilliseconds),
    requestTimeEpoch: receivedAtMilliseconds,
    resourceId: createHash('sha256').update(route.path).digest('hex').slice(0, 6),
    resourcePath: route.path,
    stage,
  };
}

function identity({ headers, sourceIp, clientCert }: GatewayRequest): APIGatewayEventIdentity {
  return {
    accessKey: null,
    accountId: null,
    apiKey: null,
    apiKeyId: null,
    caller: null,
    clientCert: clientCert ?? null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp,
    user: null,
    userAgent: headerValues(headers, 'user-agent')[0] ?? null,
    userArn: null,
  };
}

function lastValues(values: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']));
}

function unlessEmpty<Values extends object>(values: Values): Values | null {
  return Object.keys(values).length > 0 ? values : null;
}
