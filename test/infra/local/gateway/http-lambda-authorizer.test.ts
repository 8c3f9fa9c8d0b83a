import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { type GatewayAuthorizer, type GatewayRoute, startGateway } from '#infra/local/gateway/gateway.ts';
import { echo, echoedEvent, gatewayAnswer, gatewayWith, send, stoppedClock } from './running-gateway.ts';

const UNAUTHORIZED = gatewayAnswer(401, '{"message":"Unauthorized"}');
const FORBIDDEN = gatewayAnswer(403, '{"message":"Forbidden"}');
const INTERNAL_SERVER_ERROR = gatewayAnswer(500, '{"message":"Internal Server Error"}');

const TOKEN = { headers: { Authorization: 'Bearer t' } };

/** Makes an authorizer that counts its calls and returns a given answer. */
function authorizerAnswering(answer: () => unknown, settings: Partial<GatewayAuthorizer> = {}) {
  const handler = vi.fn(async (_event: APIGatewayRequestAuthorizerEventV2) => answer());
  return {
    handler,
    identitySources: ['$request.header.Authorization'],
    resultTtlSeconds: 0,
    ...settings,
    calls: handler,
  };
}

function allowing(settings?: Partial<GatewayAuthorizer>) {
  return authorizerAnswering(() => ({ isAuthorized: true }), settings);
}

function protectedRoute(path: string, authorizer: GatewayAuthorizer): GatewayRoute {
  return { method: 'GET', path, handler: echo, authorizer };
}

test.each([
  ['without the identity source', {}],
  ['with an empty identity source', { headers: { Authorization: '' } }],
])('an HTTP API answers 401 to a request %s and does not call the authorizer', async (_kind, wireRequest) => {
  const authorizer = allowing();
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)] });
  expect(await send(url, wireRequest)).toEqual(UNAUTHORIZED);
  expect(authorizer.calls).not.toHaveBeenCalled();
});

test('an HTTP API answers 401 if one of several identity sources is missing', async () => {
  const authorizer = allowing({ identitySources: ['$request.header.Authorization', '$request.querystring.tenant'] });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)] });
  expect(await send(url, TOKEN)).toEqual(UNAUTHORIZED);
  expect(await send(`${url}/?tenant=acme`, TOKEN)).toMatchObject({ status: 200 });
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
});

test('an HTTP API calls an authorizer without identity sources for every request', async () => {
  const authorizer = allowing({ identitySources: [] });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)] });
  expect(await send(url)).toMatchObject({ status: 200 });
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
});

test('an HTTP API calls the authorizer with an event of payload format 2.0', async () => {
  const clock = stoppedClock();
  const authorizer = allowing({ identitySources: ['$request.header.authorization', '$request.querystring.x'] });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/pets/{id}', authorizer)], ...clock });
  const { port, host } = new URL(url);
  await send(`${url}/pets/a%20b?x=1`, { headers: { Authorization: 'Bearer t', Cookie: 'a=1' } });
  expect(authorizer.calls.mock.calls[0]?.[0]).toEqual({
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:000000000000:local/$default/GET/pets/a b',
    identitySource: ['Bearer t', '1'],
    routeKey: 'GET /pets/{id}',
    rawPath: '/pets/a b',
    rawQueryString: 'x=1',
    cookies: ['a=1'],
    headers: {
      authorization: 'Bearer t',
      host,
      'x-amzn-trace-id': expect.any(String),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': port,
      'x-forwarded-proto': 'http',
    },
    queryStringParameters: { x: '1' },
    pathParameters: { id: 'a b' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method: 'GET', path: '/pets/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      requestId: expect.any(String),
      routeKey: 'GET /pets/{id}',
      stage: '$default',
      time: '31/Jan/2026:09:05:07 +0000',
      timeEpoch: clock.nowMilliseconds(),
    },
  });
});

test('an HTTP API answers 403 if the authorizer denies, and does not call the integration', async () => {
  const integration = vi.fn(echo);
  const authorizer = authorizerAnswering(() => ({ isAuthorized: false, context: { reason: 'revoked' } }));
  const { url } = await gatewayWith({ httpRoutes: [{ ...protectedRoute('/', authorizer), handler: integration }] });
  expect(await send(url, TOKEN)).toEqual(FORBIDDEN);
  expect(integration).not.toHaveBeenCalled();
});

test('an HTTP API passes the authorizer context on with its types', async () => {
  const context = { sub: 'client', n: 5, admin: true, none: null, scopes: ['a', 'b'], nested: { deep: 1 } };
  const authorizer = authorizerAnswering(() => ({ isAuthorized: true, context }));
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)] });
  const { requestContext } = await echoedEvent(url, TOKEN);
  expect(requestContext).toMatchObject({ authorizer: { lambda: context } });
});

test('an HTTP API passes on null if the authorizer gives no context', async () => {
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', allowing())] });
  const { requestContext } = await echoedEvent(url, TOKEN);
  expect(requestContext).toMatchObject({ authorizer: { lambda: null } });
});

test.each([
  ['an IAM policy', { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement: [] } }],
  ['isAuthorized in a string', { isAuthorized: 'true' }],
  ['a bare true', true],
  ['nothing', undefined],
  ['a context that is not an object', { isAuthorized: true, context: 'sub' }],
])('an HTTP API answers 500 if the authorizer returns %s', async (_kind, answer) => {
  const { url, failures } = await gatewayWith({
    httpRoutes: [
      protectedRoute(
        '/',
        authorizerAnswering(() => answer),
      ),
    ],
  });
  expect(await send(url, TOKEN)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual([expect.stringMatching(/^authorizer: /)]);
});

test.each(['Unauthorized', 'store is down'])(
  'an HTTP API answers 500 if the authorizer throws "%s"',
  async (message) => {
    const authorizer = authorizerAnswering(() => Promise.reject(new Error(message)));
    const { url, failures } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)] });
    expect(await send(url, TOKEN)).toEqual(INTERNAL_SERVER_ERROR);
    expect(failures).toEqual([`authorizer: Error: ${message}`]);
  },
);

test('an HTTP API answers 500 if the authorizer takes too long', async () => {
  const authorizer = authorizerAnswering(() => new Promise(() => undefined));
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)], timeoutMilliseconds: 20 });
  expect(await send(url, TOKEN)).toEqual(INTERNAL_SERVER_ERROR);
});

test('an HTTP API caches a result until its time to live is over', async () => {
  const clock = stoppedClock();
  const authorizer = allowing({ resultTtlSeconds: 300 });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)], ...clock });
  await send(url, TOKEN);
  clock.advanceSeconds(299.999);
  await send(url, TOKEN);
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
  clock.advanceSeconds(0.001);
  await send(url, TOKEN);
  expect(authorizer.calls).toHaveBeenCalledTimes(2);
});

test('an HTTP API calls the authorizer for every request if the time to live is 0', async () => {
  const authorizer = allowing({ resultTtlSeconds: 0 });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)], ...stoppedClock() });
  await send(url, TOKEN);
  await send(url, TOKEN);
  expect(authorizer.calls).toHaveBeenCalledTimes(2);
});

test('an HTTP API caches a refusal as long as a permission', async () => {
  let isAuthorized = false;
  const authorizer = authorizerAnswering(() => ({ isAuthorized }), { resultTtlSeconds: 60 });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)], ...stoppedClock() });
  expect(await send(url, TOKEN)).toEqual(FORBIDDEN);
  isAuthorized = true;
  expect(await send(url, TOKEN)).toEqual(FORBIDDEN);
});

test('an HTTP API does not cache a failure', async () => {
  const answers = [() => Promise.reject(new Error('store is down')), () => ({ isAuthorized: true })];
  const authorizer = authorizerAnswering(() => answers.shift()?.(), { resultTtlSeconds: 60 });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)] });
  expect(await send(url, TOKEN)).toEqual(INTERNAL_SERVER_ERROR);
  expect(await send(url, TOKEN)).toMatchObject({ status: 200 });
});

test('the cache key of an HTTP API contains every identity source', async () => {
  const identitySources = ['$request.header.Authorization', '$request.header.X-Tenant', '$request.querystring.q'];
  const authorizer = allowing({ identitySources, resultTtlSeconds: 60 });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)], ...stoppedClock() });
  const request = (token: string, tenant: string, q: string) =>
    send(`${url}/?q=${q}`, { headers: { Authorization: token, 'X-Tenant': tenant } });
  await request('a', 'b', 'c');
  await request('a', 'b', 'c');
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
  await request('x', 'b', 'c');
  await request('a', 'x', 'c');
  await request('a', 'b', 'x');
  await request('a,b', 'c', 'c');
  await request('a', 'b,c', 'c');
  expect(authorizer.calls).toHaveBeenCalledTimes(6);
});

test('the cache key of an HTTP API contains a second copy of a header', async () => {
  const authorizer = allowing({ resultTtlSeconds: 60 });
  const { url } = await gatewayWith({ httpRoutes: [protectedRoute('/', authorizer)], ...stoppedClock() });
  await send(url, { headers: { Authorization: 'good' } });
  await send(url, { headers: { Authorization: ['bad', 'good'] } });
  await send(url, { headers: { Authorization: ['good', 'bad'] } });
  expect(authorizer.calls.mock.calls.map(([event]) => event.identitySource)).toEqual([
    ['good'],
    ['bad,good'],
    ['good,bad'],
  ]);
});

test('an HTTP API uses a cached result for every route, unless the route key is an identity source', async () => {
  const shared = allowing({ resultTtlSeconds: 60 });
  const perRoute = allowing({
    identitySources: ['$request.header.Authorization', '$context.routeKey'],
    resultTtlSeconds: 60,
  });
  const { url } = await gatewayWith({
    httpRoutes: [
      protectedRoute('/a', shared),
      protectedRoute('/b', shared),
      protectedRoute('/c', perRoute),
      protectedRoute('/d', perRoute),
    ],
  });
  for (const path of ['/a', '/b', '/c', '/d']) await send(url + path, TOKEN);
  expect([shared.calls.mock.calls.length, perRoute.calls.mock.calls.length]).toEqual([1, 2]);
});

test('the cache key of an HTTP API contains method and path if they are identity sources', async () => {
  const identitySources = ['$context.httpMethod', '$context.path', '$context.identity.sourceIp', '$context.stage'];
  const authorizer = allowing({ identitySources, resultTtlSeconds: 60 });
  const route = { ...protectedRoute('/{proxy+}', authorizer), method: 'ANY' };
  const { url } = await gatewayWith({ httpRoutes: [route] });
  await send(`${url}/a`);
  await send(`${url}/a`);
  await send(`${url}/b`);
  await send(`${url}/b`, { method: 'POST' });
  expect(authorizer.calls.mock.calls.map(([event]) => event.identitySource)).toEqual([
    ['GET', '/a', '127.0.0.1', '$default'],
    ['GET', '/b', '127.0.0.1', '$default'],
    ['POST', '/b', '127.0.0.1', '$default'],
  ]);
});

test.each([
  [{ type: 'TOKEN' as const }, 'HTTP APIs have no TOKEN authorizers.'],
  [{ resultTtlSeconds: 3601 }, 'An authorizer result is cached for 0 to 3600 seconds, not 3601.'],
  [{ resultTtlSeconds: -1 }, 'An authorizer result is cached for 0 to 3600 seconds, not -1.'],
  [{ resultTtlSeconds: 1, identitySources: [] }, 'An authorizer needs an identity source to cache its results.'],
  [
    { identitySources: ['method.request.header.Authorization'] },
    'Identity source method.request.header.Authorization is unknown.',
  ],
  [{ identitySources: ['$request.header.'] }, 'Identity source $request.header. is unknown.'],
  [{ identitySources: ['$context.unheardOf'] }, 'Identity source $context.unheardOf is unknown.'],
])('a gateway refuses to start with an authorizer that AWS would not deploy: %#', async (settings, message) => {
  const start = startGateway({ httpRoutes: [protectedRoute('/', allowing(settings))] });
  await expect(start).rejects.toEqual(new Error(message));
});
