import type { APIGatewayProxyHandlerV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { echo, echoedEvent, gatewayWith, send, stoppedClock } from './running-gateway.ts';

const { nowMilliseconds } = stoppedClock();

function echoing(path: string, method = 'ANY') {
  return gatewayWith({ httpRoutes: [{ method, path, handler: echo }], nowMilliseconds });
}

test('an HTTP API passes a request on as a complete event of payload format 2.0', async () => {
  const { url } = await echoing('/v1/tenants/{tenantId}', 'PUT');
  const { port, host } = new URL(url);
  const event = await echoedEvent(`${url}/v1/tenants/acme?expand=users`, {
    method: 'PUT',
    headers: { 'User-Agent': 'probe/1', 'Content-Type': 'application/json', Cookie: 'a=1; b=2' },
    body: '{"name":"Acme"}',
  });
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'PUT /v1/tenants/{tenantId}',
    rawPath: '/v1/tenants/acme',
    rawQueryString: 'expand=users',
    cookies: ['a=1', 'b=2'],
    headers: {
      'content-length': '15',
      'content-type': 'application/json',
      host,
      'user-agent': 'probe/1',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': port,
      'x-forwarded-proto': 'http',
    },
    queryStringParameters: { expand: 'users' },
    pathParameters: { tenantId: 'acme' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: 'PUT',
        path: '/v1/tenants/acme',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'probe/1',
      },
      requestId: expect.stringMatching(/^[\w-]{15}=$/),
      routeKey: 'PUT /v1/tenants/{tenantId}',
      stage: '$default',
      time: '31/Jan/2026:09:05:07 +0000',
      timeEpoch: nowMilliseconds(),
    },
    body: '{"name":"Acme"}',
    isBase64Encoded: false,
  });
});

test('an HTTP API leaves out members that a request does not have', async () => {
  const { url } = await echoing('/');
  const event = await echoedEvent(url);
  expect(Object.keys(event).sort()).toEqual([
    'headers',
    'isBase64Encoded',
    'rawPath',
    'rawQueryString',
    'requestContext',
    'routeKey',
    'version',
  ]);
  expect(event).toMatchObject({ rawPath: '/', rawQueryString: '', isBase64Encoded: false });
});

test('an HTTP API passes cookies on as a list, never as a header', async () => {
  const { url } = await echoing('/');
  const { cookies, headers } = await echoedEvent(url, { headers: { Cookie: ['sid=1;theme=dark;', 'last=3'] } });
  expect(cookies).toEqual(['sid=1', 'theme=dark', 'last=3']);
  expect(headers).not.toHaveProperty('cookie');
});

test('an HTTP API writes header names in lower case', async () => {
  const { url } = await echoing('/');
  const { headers } = await echoedEvent(url, { headers: { 'X-Tenant-ID': 'acme', DPoP: 'proof' } });
  expect(headers).toMatchObject({ 'x-tenant-id': 'acme', dpop: 'proof' });
});

test('an HTTP API joins repeated headers and query parameters with commas', async () => {
  const { url } = await echoing('/');
  const { headers, queryStringParameters, rawQueryString } = await echoedEvent(`${url}/?scope=a&scope=b&x=1`, {
    headers: { Authorization: ['Bearer one', 'Bearer two'] },
  });
  expect(headers).toMatchObject({ authorization: 'Bearer one,Bearer two' });
  expect(queryStringParameters).toEqual({ scope: 'a,b', x: '1' });
  expect(rawQueryString).toBe('scope=a&scope=b&x=1');
});

test('an HTTP API decodes query parameters, but not the raw query string', async () => {
  const { url } = await echoing('/');
  const event = await echoedEvent(`${url}/?q=a+b%2Bc&empty=&__proto__=x`);
  expect(event.rawQueryString).toBe('q=a+b%2Bc&empty=&__proto__=x');
  expect(Object.entries(event.queryStringParameters as object)).toEqual([
    ['q', 'a b+c'],
    ['empty', ''],
    ['__proto__', 'x'],
  ]);
});

test('an HTTP API decodes the path and its parameters', async () => {
  const { url } = await echoing('/users/{name}');
  const { rawPath, pathParameters } = await echoedEvent(`${url}/users/J%C3%B6rg%20A+B`);
  expect({ rawPath, pathParameters }).toEqual({ rawPath: '/users/Jörg A+B', pathParameters: { name: 'Jörg A+B' } });
});

test.each([
  ['application/x-www-form-urlencoded', 'grant_type=client_credentials'],
  ['application/octet-stream', Buffer.from([0, 255, 128])],
  ['application/problem+json', '{}'],
  ['', 'no content type'],
])('an HTTP API passes a body of type "%s" on in base64', async (contentType, body) => {
  const { url } = await echoing('/');
  const headers: Record<string, string> = contentType === '' ? {} : { 'Content-Type': contentType };
  const event = await echoedEvent(url, { method: 'POST', headers, body });
  expect(event).toMatchObject({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true });
});

test.each([
  'text/plain; charset=utf-8',
  'text/csv',
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/xml',
  'application/javascript',
])('an HTTP API passes a body of type %s on as text', async (contentType) => {
  const { url } = await echoing('/');
  const event = await echoedEvent(url, { method: 'POST', headers: { 'Content-Type': contentType }, body: 'é' });
  expect(event).toMatchObject({ body: 'é', isBase64Encoded: false });
});

test('an HTTP API takes no part of the request context from headers of the client', async () => {
  const { url } = await echoing('/');
  const headers = {
    'X-Forwarded-Host': 'evil.example',
    Forwarded: 'for=10.0.0.1;host=evil.example;proto=https',
    'X-Forwarded-For': '10.0.0.1',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Port': '443',
    'X-Real-IP': '10.0.0.1',
    'X-Request-Id': 'chosen',
    'X-HTTP-Method-Override': 'DELETE',
  };
  const event = await echoedEvent(url, { headers });
  expect(event.requestContext).toMatchObject({
    domainName: 'localhost',
    http: { method: 'GET', sourceIp: '127.0.0.1' },
    requestId: expect.not.stringContaining('chosen'),
  });
  expect(event.headers).toMatchObject({
    'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    'x-forwarded-port': new URL(url).port,
    'x-forwarded-proto': 'http',
  });
});

test('an HTTP API does not pass on the headers of the connection', async () => {
  const { url } = await echoing('/');
  const { headers } = await echoedEvent(url, { headers: { Connection: 'close', TE: 'trailers' } });
  expect(headers).not.toHaveProperty('connection');
  expect(headers).not.toHaveProperty('te');
});

test('an HTTP API answers with the request id of the event', async () => {
  const { url } = await echoing('/');
  const response = await fetch(url);
  const { requestContext } = (await response.json()) as { requestContext: { requestId: string } };
  expect(response.headers.get('apigw-requestid')).toBe(requestContext.requestId);
});

test('an HTTP API accepts handlers with the types of aws-lambda', async () => {
  const handler: APIGatewayProxyHandlerV2 = async ({ rawPath }) => ({ statusCode: 200, body: rawPath });
  const { url } = await gatewayWith({ httpRoutes: [{ method: 'GET', path: '/typed', handler }] });
  expect(await send(`${url}/typed`)).toMatchObject({ status: 200, body: '/typed' });
});
