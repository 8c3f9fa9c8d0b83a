import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { type GatewayAuthorizer, type GatewayRoute, startGateway } from '#infra/local/gateway/gateway.ts';
import { echo, echoedEvent, gatewayAnswer, gatewayWith, send, stoppedClock } from './running-gateway.ts';

const UNAUTHORIZED = gatewayAnswer(401, '{"message":"Unauthorized"}', { 'x-amzn-errortype': 'UnauthorizedException' });
const EXPLICIT_DENY = gatewayAnswer(
  403,
  '{"Message":"User is not authorized to access this resource with an explicit deny"}',
  { 'x-amzn-errortype': 'AccessDeniedException' },
);
const IMPLICIT_DENY = gatewayAnswer(403, '{"Message":"User is not authorized to access this resource"}', {
  'x-amzn-errortype': 'AccessDeniedException',
});
const AUTHORIZER_FAILURE = gatewayAnswer(500, '{"message":null}', {
  'x-amzn-errortype': 'AuthorizerConfigurationException',
});

const TOKEN = { headers: { Authorization: 'Bearer t' } };
const API_ARN = 'arn:aws:execute-api:us-east-1:000000000000:local/dev';

function policy(effect: string, resource: string | string[], context?: object) {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: resource };
  return { principalId: 'client', policyDocument: { Version: '2012-10-17', Statement: [statement] }, context };
}

/** Makes an authorizer that counts its calls and returns a given answer. */
function authorizerAnswering(
  answer: (event: { methodArn: string }) => unknown,
  settings: Partial<GatewayAuthorizer> = {},
) {
  const handler = vi.fn(async (event: APIGatewayRequestAuthorizerEvent) => answer(event));
  return {
    handler,
    identitySources: ['method.request.header.Authorization'],
    resultTtlSeconds: 0,
    ...settings,
    calls: handler,
  };
}

function allowing(settings?: Partial<GatewayAuthorizer>) {
  return authorizerAnswering(() => policy('Allow', '*'), settings);
}

function protectedRoute(path: string, authorizer: GatewayAuthorizer): GatewayRoute {
  return { method: 'ANY', path, handler: echo, authorizer };
}

async function protecting(
  authorizer: GatewayAuthorizer,
  paths = ['/'],
  nowMilliseconds = stoppedClock().nowMilliseconds,
) {
  const routes = paths.map((path) => protectedRoute(path, authorizer));
  const gateway = await gatewayWith({ restApis: [{ stage: 'dev', routes }], nowMilliseconds });
  return { ...gateway, url: `${gateway.url}/dev` };
}

test.each(['TOKEN', 'REQUEST'] as const)(
  'a REST API answers 401 to a request without a token and does not call the %s authorizer',
  async (type) => {
    const authorizer = allowing({ type });
    const { url } = await protecting(authorizer);
    expect(await send(url)).toEqual(UNAUTHORIZED);
    expect(await send(url, { headers: { Authorization: '' } })).toEqual(UNAUTHORIZED);
    expect(authorizer.calls).not.toHaveBeenCalled();
  },
);

test('a REST API gives a TOKEN authorizer only the token and the method', async () => {
  const authorizer = allowing({ type: 'TOKEN' });
  const { url } = await protecting(authorizer, ['/pets/{id}']);
  await send(`${url}/pets/7?x=1`, { ...TOKEN, method: 'PUT' });
  expect(authorizer.calls.mock.calls[0]?.[0]).toEqual({
    type: 'TOKEN',
    methodArn: `${API_ARN}/PUT/pets/7`,
    authorizationToken: 'Bearer t',
  });
});

test('a REST API gives a REQUEST authorizer the whole request', async () => {
  const authorizer = allowing();
  const { url } = await protecting(authorizer, ['/pets/{id}']);
  await send(`${url}/pets/7?x=1&x=2`, TOKEN);
  expect(authorizer.calls.mock.calls[0]?.[0]).toEqual({
    type: 'REQUEST',
    methodArn: `${API_ARN}/GET/pets/7`,
    resource: '/pets/{id}',
    path: '/pets/7',
    httpMethod: 'GET',
    headers: expect.objectContaining({ Authorization: 'Bearer t' }),
    multiValueHeaders: expect.objectContaining({ Authorization: ['Bearer t'] }),
    queryStringParameters: { x: '2' },
    multiValueQueryStringParameters: { x: ['1', '2'] },
    pathParameters: { id: '7' },
    stageVariables: {},
    requestContext: expect.objectContaining({ path: '/dev/pets/7', resourcePath: '/pets/{id}', stage: 'dev' }),
  });
});

test('a REST API gives a REQUEST authorizer empty maps for members that the request does not have', async () => {
  const authorizer = allowing();
  const { url } = await protecting(authorizer);
  await send(url, TOKEN);
  expect(authorizer.calls.mock.calls[0]?.[0]).toMatchObject({
    methodArn: `${API_ARN}/GET/`,
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    pathParameters: {},
  });
});

test('a REST API answers 403 with a capital M to an explicit deny', async () => {
  const { url } = await protecting(authorizerAnswering(({ methodArn }) => policy('Deny', methodArn)));
  expect(await send(url, TOKEN)).toEqual(EXPLICIT_DENY);
});

test('a REST API answers 403 to a request that the policy does not mention', async () => {
  const { url } = await protecting(authorizerAnswering(() => policy('Allow', `${API_ARN}/POST/`)));
  expect(await send(url, TOKEN)).toEqual(IMPLICIT_DENY);
  expect(await send(url, { ...TOKEN, method: 'POST' })).toMatchObject({ status: 200 });
});

test.each([
  ['an error', () => Promise.reject(new Error('Unauthorized'))],
  ['a string', () => Promise.reject('Unauthorized')],
])('a REST API answers 401 if the authorizer throws exactly Unauthorized as %s', async (_kind, answer) => {
  const { url } = await protecting(authorizerAnswering(answer));
  expect(await send(url, TOKEN)).toEqual(UNAUTHORIZED);
});

test.each(['unauthorized', 'Unauthorized.', 'store is down'])(
  'a REST API answers 500 if the authorizer throws "%s"',
  async (message) => {
    const { url, failures } = await protecting(authorizerAnswering(() => Promise.reject(new Error(message))));
    expect(await send(url, TOKEN)).toEqual(AUTHORIZER_FAILURE);
    expect(failures).toEqual([`authorizer: Error: ${message}`]);
  },
);

test.each([
  ['a simple response', { isAuthorized: true }],
  ['nothing', undefined],
  ['a policy without principal', { ...policy('Allow', '*'), principalId: undefined }],
  ['an invalid effect', policy('allow', '*')],
  ['a nested context value', policy('Allow', '*', { scopes: ['a'] })],
  [
    'a condition, which would be ignored',
    {
      principalId: 'client',
      policyDocument: {
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { Bool: { 'aws:x': 'true' } } }],
      },
    },
  ],
])('a REST API answers 500 if the authorizer returns %s', async (_kind, answer) => {
  const { url, failures } = await protecting(authorizerAnswering(() => answer));
  expect(await send(url, TOKEN)).toEqual(AUTHORIZER_FAILURE);
  expect(failures).toEqual([expect.stringMatching(/^authorizer: /)]);
});

test('a REST API passes on every context value as a string, and the principal', async () => {
  const context = { sub: 'client', n: 5, admin: true, none: null, principalId: 'other' };
  const { url } = await protecting(authorizerAnswering(() => policy('Allow', '*', context)));
  const { requestContext } = await echoedEvent(url, TOKEN);
  expect((requestContext as { authorizer: unknown }).authorizer).toEqual({
    sub: 'client',
    n: '5',
    admin: 'true',
    none: null,
    principalId: 'client',
    integrationLatency: 0,
  });
});

test('a REST API caches a policy until its time to live is over', async () => {
  const clock = stoppedClock();
  const authorizer = allowing({ resultTtlSeconds: 300 });
  const { url } = await protecting(authorizer, ['/'], clock.nowMilliseconds);
  await send(url, TOKEN);
  clock.advanceSeconds(299.999);
  await send(url, TOKEN);
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
  clock.advanceSeconds(0.001);
  await send(url, TOKEN);
  expect(authorizer.calls).toHaveBeenCalledTimes(2);
});

test('a cached policy of a REST API decides for every route', async () => {
  const authorizer = authorizerAnswering(({ methodArn }) => policy('Allow', methodArn), { resultTtlSeconds: 300 });
  const { url } = await protecting(authorizer, ['/a', '/b']);
  expect(await send(`${url}/a`, TOKEN)).toMatchObject({ status: 200 });
  expect(await send(`${url}/b`, TOKEN)).toEqual(IMPLICIT_DENY);
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
});

test('one policy of a REST API allows two routes and denies a third', async () => {
  const resources = [`${API_ARN}/GET/a`, `${API_ARN}/*/b/*`];
  const authorizer = authorizerAnswering(() => policy('Allow', resources), { resultTtlSeconds: 300 });
  const { url } = await protecting(authorizer, ['/a', '/b/{proxy+}', '/c']);
  const statuses = await Promise.all(
    ['/a', '/b/c/d', '/c'].map(async (path) => (await send(url + path, TOKEN)).status),
  );
  expect(statuses).toEqual([200, 200, 403]);
});

test('the cache key of a REST API contains every identity source', async () => {
  const identitySources = [
    'method.request.header.Authorization',
    'method.request.querystring.tenant',
    'context.httpMethod',
    'context.path',
    'context.resourcePath',
  ];
  const authorizer = allowing({ identitySources, resultTtlSeconds: 300 });
  const { url } = await protecting(authorizer, ['/{proxy+}']);
  await send(`${url}/a?tenant=1`, TOKEN);
  await send(`${url}/a?tenant=1`, TOKEN);
  expect(authorizer.calls).toHaveBeenCalledTimes(1);
  await send(`${url}/a?tenant=2`, TOKEN);
  await send(`${url}/b?tenant=1`, TOKEN);
  await send(`${url}/a?tenant=1`, { ...TOKEN, method: 'POST' });
  await send(`${url}/a?tenant=1`, { headers: { Authorization: 'Bearer u' } });
  expect(authorizer.calls).toHaveBeenCalledTimes(5);
});

test('a REST API does not cache a failure or a 401', async () => {
  const answers = [
    () => Promise.reject(new Error('store is down')),
    () => Promise.reject(new Error('Unauthorized')),
    () => policy('Allow', '*'),
  ];
  const { url } = await protecting(authorizerAnswering(() => answers.shift()?.(), { resultTtlSeconds: 300 }));
  expect(await send(url, TOKEN)).toEqual(AUTHORIZER_FAILURE);
  expect(await send(url, TOKEN)).toEqual(UNAUTHORIZED);
  expect(await send(url, TOKEN)).toMatchObject({ status: 200 });
});

test('a REST API answers 500 if the authorizer takes too long', async () => {
  const route = protectedRoute(
    '/',
    authorizerAnswering(() => new Promise(() => undefined)),
  );
  const { url } = await gatewayWith({ restApis: [{ stage: 'dev', routes: [route] }], timeoutMilliseconds: 20 });
  expect(await send(`${url}/dev`, TOKEN)).toEqual(AUTHORIZER_FAILURE);
});

test.each([
  [
    { type: 'TOKEN' as const, identitySources: ['method.request.querystring.token'] },
    'A TOKEN authorizer needs one header as its identity source.',
  ],
  [{ type: 'TOKEN' as const, identitySources: [] }, 'A TOKEN authorizer needs one header as its identity source.'],
  [{ identitySources: ['$request.header.Authorization'] }, 'Identity source $request.header.Authorization is unknown.'],
  [{ identitySources: ['context.routeKey'] }, 'Identity source context.routeKey is unknown.'],
  [{ resultTtlSeconds: Number.NaN }, 'An authorizer result is cached for 0 to 3600 seconds, not NaN.'],
])('a gateway refuses to start with an authorizer that AWS would not deploy: %#', async (settings, message) => {
  const restApis = [{ stage: 'dev', routes: [protectedRoute('/', allowing(settings))] }];
  await expect(startGateway({ httpRoutes: [], restApis })).rejects.toEqual(new Error(message));
});
