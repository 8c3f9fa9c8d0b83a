import type { APIGatewayProxyHandler } from 'aws-lambda';
import { expect, test } from 'vitest';
import { echo, echoedEvent, gatewayWith, send, stoppedClock } from './running-gateway.ts';

const { nowMilliseconds } = stoppedClock();

function echoing(path: string, method = 'ANY') {
  return gatewayWith({ restApis: [{ stage: 'v1', routes: [{ method, path, handler: echo }] }], nowMilliseconds });
}

test('a REST API passes a request on as a complete event of payload format 1.0', async () => {
  const { url } = await echoing('/tenants/{tenantId}', 'POST');
  const { port, host } = new URL(url);
  const event = await echoedEvent(`${url}/v1/tenants/acme?expand=users`, {
    method: 'POST',
    headers: { 'User-Agent': 'probe/1', 'Content-Type': 'application/json' },
    body: '{"name":"Acme"}',
  });
  const headers = {
    'Content-Type': 'application/json',
    Host: host,
    'User-Agent': 'probe/1',
    'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-/),
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Port': port,
    'X-Forwarded-Proto': 'http',
  };
  expect(event).toEqual({
    resource: '/tenants/{tenantId}',
    path: '/tenants/acme',
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: { expand: 'users' },
    multiValueQueryStringParameters: { expand: ['users'] },
    pathParameters: { tenantId: 'acme' },
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      extendedRequestId: expect.stringMatching(/^[\w-]{15}=$/),
      httpMethod: 'POST',
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: 'probe/1',
        userArn: null,
      },
      path: '/v1/tenants/acme',
      protocol: 'HTTP/1.1',
      requestId: expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/),
      requestTime: '31/Jan/2026:09:05:07 +0000',
      requestTimeEpoch: nowMilliseconds(),
      resourceId: expect.stringMatching(/^[\da-f]{6}$/),
      resourcePath: '/tenants/{tenantId}',
      stage: 'v1',
    },
    body: '{"name":"Acme"}',
    isBase64Encoded: false,
  });
});

test('a REST API passes on null for members that a request does not have', async () => {
  const { url } = await echoing('/');
  expect(await echoedEvent(`${url}/v1`)).toMatchObject({
    path: '/',
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    body: null,
    isBase64Encoded: false,
  });
});

test('a REST API has the stage in requestContext.path, but not in path', async () => {
  const { url } = await echoing('/oauth/token');
  const { path, requestContext } = await echoedEvent(`${url}/v1/oauth/token`);
  expect({ path, requestContext }).toMatchObject({
    path: '/oauth/token',
    requestContext: { path: '/v1/oauth/token', stage: 'v1' },
  });
});

test('a REST API keeps the spelling of header names, also of cookies', async () => {
  const { url } = await echoing('/');
  const { headers } = await echoedEvent(`${url}/v1`, { headers: { 'x-tENANT': 'acme', Cookie: 'a=1; b=2' } });
  expect(headers).toMatchObject({ 'x-tENANT': 'acme', Cookie: 'a=1; b=2' });
});

test('a REST API passes on all values of repeated headers and parameters, and the last value alone', async () => {
  const { url } = await echoing('/');
  const event = await echoedEvent(`${url}/v1?scope=a&scope=b`, {
    headers: { Authorization: ['Bearer one', 'Bearer two'] },
  });
  expect(event).toMatchObject({
    headers: { Authorization: 'Bearer two' },
    multiValueHeaders: { Authorization: ['Bearer one', 'Bearer two'] },
    queryStringParameters: { scope: 'b' },
    multiValueQueryStringParameters: { scope: ['a', 'b'] },
  });
});

test.each(['application/x-www-form-urlencoded', 'application/octet-stream'])(
  'a REST API passes a body of type %s on as text',
  async (contentType) => {
    const { url } = await echoing('/token', 'POST');
    const body = 'grant_type=client_credentials';
    const event = await echoedEvent(`${url}/v1/token`, {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body,
    });
    expect(event).toMatchObject({ body, isBase64Encoded: false });
  },
);

test('a REST API does not decode paths and path parameters', async () => {
  const { url } = await echoing('/users/{name}');
  const { path, pathParameters } = await echoedEvent(`${url}/v1/users/a%2Fb%20c`);
  expect({ path, pathParameters }).toEqual({ path: '/users/a%2Fb%20c', pathParameters: { name: 'a%2Fb%20c' } });
});

test('a REST API takes the source address from the connection, not from a header', async () => {
  const { url } = await echoing('/');
  const { requestContext } = await echoedEvent(`${url}/v1`, { headers: { 'X-Forwarded-For': '10.0.0.1' } });
  expect(requestContext).toMatchObject({ identity: { sourceIp: '127.0.0.1' } });
});

test('a REST API answers with the request id of the event', async () => {
  const { url } = await echoing('/');
  const response = await fetch(`${url}/v1`);
  const { requestContext } = (await response.json()) as { requestContext: { requestId: string } };
  expect(response.headers.get('x-amzn-requestid')).toBe(requestContext.requestId);
});

test('a REST API accepts handlers with the types of aws-lambda', async () => {
  const handler: APIGatewayProxyHandler = async ({ path }) => ({ statusCode: 200, body: path });
  const { url } = await gatewayWith({
    restApis: [{ stage: 'dev', routes: [{ method: 'GET', path: '/typed', handler }] }],
  });
  expect(await send(`${url}/dev/typed`)).toMatchObject({ status: 200, body: '/typed' });
});
