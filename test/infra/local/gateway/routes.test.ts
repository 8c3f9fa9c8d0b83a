import { expect, test } from 'vitest';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { gatewayAnswer, gatewayWith, send } from './running-gateway.ts';

/** Makes a route whose handler answers with the route's name. */
function named(method: string, path: string) {
  return { method, path, handler: async () => `${method} ${path}` };
}

function namedInRestApi(method: string, path: string) {
  return { method, path, handler: async () => ({ statusCode: 200, body: `${method} ${path}` }) };
}

const NOT_FOUND = gatewayAnswer(404, '{"message":"Not Found"}');
const MISSING_TOKEN = gatewayAnswer(403, '{"message":"Missing Authentication Token"}', {
  'x-amzn-errortype': 'MissingAuthenticationTokenException',
});

const HTTP_ROUTES = [
  named('ANY', '/{proxy+}'),
  named('GET', '/pets/{proxy+}'),
  named('GET', '/pets/{kind}/{id}'),
  named('GET', '/pets/dog/{id}'),
  named('ANY', '/pets/dog/1'),
  named('GET', '/pets/dog/1'),
  named('GET', '/{kind}/dog/food'),
];

test.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
  ['POST', '/pets/dog/1', 'ANY /pets/dog/1'],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}'],
  ['GET', '/pets/cat/2', 'GET /pets/{kind}/{id}'],
  ['GET', '/pets/cat/2/toys', 'GET /pets/{proxy+}'],
  ['GET', '/pets/dog/food', 'GET /pets/dog/{id}'],
  ['GET', '/birds/dog/food', 'GET /{kind}/dog/food'],
  ['POST', '/pets/cat/2', 'ANY /{proxy+}'],
  ['DELETE', '/elsewhere', 'ANY /{proxy+}'],
])('an HTTP API gives %s %s to its most specific route, %s', async (method, path, expected) => {
  const { url } = await gatewayWith({ httpRoutes: HTTP_ROUTES });
  expect(await send(url + path, { method })).toEqual(gatewayAnswer(200, expected));
});

test.each([
  ['/x/b', 'GET /{a}/b'],
  ['/x/c', 'GET /x/{proxy+}'],
  ['/y/c', 'GET /{a}/{proxy+}'],
  ['/y', 'GET /{proxy+}'],
])(
  'an HTTP API prefers a full match to a greedy match, and the longer of two greedy matches: %s to %s',
  async (path, expected) => {
    const paths = ['/{proxy+}', '/{a}/{proxy+}', '/x/{proxy+}', '/{a}/b'];
    const { url } = await gatewayWith({ httpRoutes: paths.map((routePath) => named('GET', routePath)) });
    expect(await send(url + path)).toEqual(gatewayAnswer(200, expected));
  },
);

test.each([
  ['GET', '/unknown'],
  ['GET', '/'],
  ['POST', '/v1/tenants/acme'],
  ['GET', '/v1/tenants'],
  ['GET', '/v1/tenants/'],
  ['GET', '/v1/tenants/acme/'],
  ['GET', '/v1/tenants/acme/users'],
  ['GET', '/V1/tenants/acme'],
  ['GET', '//v1/tenants/acme'],
])('an HTTP API answers 404 to %s %s, which is not its route', async (method, path) => {
  const { url } = await gatewayWith({ httpRoutes: [named('GET', '/v1/tenants/{tenantId}')] });
  expect(await send(url + path, { method })).toEqual(NOT_FOUND);
});

test.each([
  ['GET', '/pets', 'GET /pets'],
  ['POST', '/pets', 'ANY $default'],
  ['GET', '/', 'ANY $default'],
  ['GET', '/pets/dog/1', 'ANY $default'],
  ['GET', '/files/a', 'ANY /files/{proxy+}'],
  ['GET', '/files/', 'ANY $default'],
])('an HTTP API gives %s %s to %s, because the default route takes the rest', async (method, path, expected) => {
  const routes = [named('ANY', '$default'), named('GET', '/pets'), named('ANY', '/files/{proxy+}')];
  const { url } = await gatewayWith({ httpRoutes: routes });
  expect(await send(url + path, { method })).toEqual(gatewayAnswer(200, expected));
});

test('an HTTP API names the default route in the event, without path parameters', async () => {
  const echo = async (event: { routeKey: string; rawPath: string; pathParameters?: object }) =>
    JSON.stringify([event.routeKey, event.rawPath, event.pathParameters]);
  const { url } = await gatewayWith({ httpRoutes: [{ method: 'ANY', path: '$default', handler: echo }] });
  expect((await send(`${url}/a/b`)).body).toBe('["$default","/a/b",null]');
});

test('an HTTP API treats an encoded slash as a separator', async () => {
  const { url } = await gatewayWith({ httpRoutes: [named('GET', '/files/{name}')] });
  expect(await send(`${url}/files/a%2Fb`)).toEqual(NOT_FOUND);
});

test.each(['/files/%', '/files/%zz', '/files/%ff'])('an HTTP API refuses %s, which cannot be decoded', async (path) => {
  const { url } = await gatewayWith({ httpRoutes: [named('GET', '/files/{name}')] });
  expect(await send(url + path)).toEqual(gatewayAnswer(400, '{"message":"Bad Request"}'));
});

test.each([
  ['GET', '/dev/pets', 'GET /pets'],
  ['GET', '/dev/pets/', 'GET /pets'],
  ['DELETE', '/dev/pets', 'ANY /pets'],
  ['GET', '/dev/pets/7', 'GET /pets/{id}'],
  ['GET', '/dev/files/a/b', 'ANY /files/{proxy+}'],
  ['GET', '/dev', 'GET /'],
  ['GET', '/dev/', 'GET /'],
])('a REST API gives %s %s to %s', async (method, path, expected) => {
  const routes = [
    namedInRestApi('GET', '/'),
    namedInRestApi('ANY', '/pets'),
    namedInRestApi('GET', '/pets'),
    namedInRestApi('GET', '/pets/{id}'),
    namedInRestApi('ANY', '/files/{proxy+}'),
  ];
  const { url } = await gatewayWith({ restApis: [{ stage: 'dev', routes }] });
  expect(await send(url + path, { method })).toEqual(gatewayAnswer(200, expected));
});

test.each([
  ['GET', '/dev/unknown'],
  ['POST', '/dev/pets'],
  ['GET', '/dev/pets/7/toys'],
])('a REST API answers 403 to %s %s, which is not its route', async (method, path) => {
  const routes = [namedInRestApi('GET', '/pets'), namedInRestApi('GET', '/pets/{id}')];
  const { url } = await gatewayWith({ restApis: [{ stage: 'dev', routes }] });
  expect(await send(url + path, { method })).toEqual(MISSING_TOKEN);
});

test('a REST API does not search a missing method on a less specific resource', async () => {
  const routes = [namedInRestApi('GET', '/pets'), namedInRestApi('ANY', '/{proxy+}')];
  const { url } = await gatewayWith({ restApis: [{ stage: 'dev', routes }] });
  expect(await send(`${url}/dev/pets`, { method: 'POST' })).toEqual(MISSING_TOKEN);
});

test('a gateway serves REST APIs beside the HTTP API, each by its own rules', async () => {
  const { url } = await gatewayWith({
    httpRoutes: [named('GET', '/health')],
    restApis: [
      { stage: 'dev', routes: [namedInRestApi('GET', '/health')] },
      { stage: 'prod', routes: [] },
    ],
  });
  expect(await send(`${url}/health`)).toEqual(gatewayAnswer(200, 'GET /health'));
  expect(await send(`${url}/dev/health`)).toEqual(gatewayAnswer(200, 'GET /health'));
  expect(await send(`${url}/prod/health`)).toEqual(MISSING_TOKEN);
  expect(await send(`${url}/stage/health`)).toEqual(NOT_FOUND);
});

test.each([
  [{ httpRoutes: [named('GET', '/a'), named('GET', '/a')] }, 'Route GET /a is declared twice.'],
  [{ httpRoutes: [named('GET', 'a')] }, 'Route path a does not start with /.'],
  [{ httpRoutes: [named('GET', '/{all+}/b')] }, 'Route path /{all+}/b continues after a greedy variable.'],
  [
    { httpRoutes: [named('GET', '/v1/a')], restApis: [{ stage: 'v1', routes: [] }] },
    "Stage v1 is also the name of another stage or the start of a route's path.",
  ],
  [
    {
      httpRoutes: [],
      restApis: [
        { stage: 'dev', routes: [] },
        { stage: 'dev', routes: [] },
      ],
    },
    "Stage dev is also the name of another stage or the start of a route's path.",
  ],
])('a gateway refuses to start with routes that AWS would not deploy: %#', async (options, message) => {
  await expect(startGateway(options)).rejects.toEqual(new Error(message));
});
