import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LambdaTable } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { type Operation, type RouteRequests, routeRequests } from '#test/support/route-requests/index.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const ORIGIN = 'https://console.example.com';
const LOCAL = 'http://localhost:5173';
const WITH_PORT = 'https://console.example.com:8443';

const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);

const management = (tables as readonly LambdaTable[]).flatMap((table) =>
  Object.entries(table.routes)
    .filter(([, route]) => route.path.startsWith('/v1/') && typeof route.caller === 'object')
    .map(([name, route]) => ({ operation: name as Operation, ...route })),
);

const allow = async (allowedOrigins: readonly string[]) => {
  await succeed(manage('PATCH', '/v1/settings', { allowedOrigins }));
  world.clock.advance(10);
};
let requests: RouteRequests;
beforeAll(async () => {
  requests = await routeRequests(world, acme);
});
beforeEach(() => allow([ORIGIN, LOCAL, WITH_PORT]));

const shared = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));
const readable = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers':
    'DPoP-Nonce, ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id',
  vary: 'Origin',
});
const sendable = (origin: string) => ({
  'access-control-allow-headers': 'Accept, Authorization, Content-Type, DPoP, Idempotency-Key, If-Match',
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-origin': origin,
  'access-control-max-age': '600',
  vary: 'Origin',
});
const preflight = (path: string, origin = ORIGIN, method = 'PATCH') =>
  world.send('OPTIONS', path, {
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });
const bearer = async () => ({ authorization: `Bearer ${await world.tokenFor(world.admin)}` });
const read = async (origin: string, path = '/v1/tenants') =>
  world.send('GET', path, { headers: { ...(await bearer()), origin } });

describe('Sound 23, L11: a page of an origin that the workspace lists', () => {
  test.each(management)('may call $method $path', async ({ operation, method, reply: { status } }) => {
    const { path, headers, body } = await requests[operation]();
    const asked = await preflight(path, ORIGIN, method);
    const answer = await world.send(method, path, { headers: { ...headers, origin: ORIGIN }, ...(body && { body }) });
    expect([asked.status, asked.text, shared(asked.headers)]).toEqual([204, '', sendable(ORIGIN)]);
    expect([answer.status, shared(answer.headers)]).toEqual([status, readable(ORIGIN)]);
  });

  test.each([ORIGIN, LOCAL, WITH_PORT])('may be a page of %s', async (origin) => {
    expect(shared((await read(origin)).headers)).toEqual(readable(origin));
  });

  test.each([
    [401, '/v1/tenants', 'GET'],
    [404, '/v1/tenants/ten_0000000000000000000000', 'GET'],
    [405, '/v1/tenants', 'PUT'],
    [400, '/v1/tenants?limit=0', 'GET'],
  ])('learns of a refusal: %i for %s', async (status, path, method) => {
    const headers = status === 401 ? {} : await bearer();
    const reply = await world.send(method, path, { headers: { ...headers, origin: ORIGIN } });
    expect([reply.status, shared(reply.headers)]).toEqual([status, readable(ORIGIN)]);
  });

  test('may have a query in its URL', async () => {
    const { status, headers } = await preflight('/v1/tenants?limit=10&q=acme');
    expect([status, shared(headers)]).toEqual([204, sendable(ORIGIN)]);
  });

  test('may call nothing any more ten seconds after the list has changed', async () => {
    await allow([LOCAL]);
    const replies = [await read(ORIGIN), await preflight('/v1/tenants')];
    expect(replies.map(({ status, headers }) => [status, shared(headers)])).toEqual([
      [200, { vary: 'Origin' }],
      [204, { vary: 'Origin' }],
    ]);
  });

  test('may not read the answer of an OAuth endpoint', async () => {
    const headers = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
    const replies = [
      await world.send('POST', '/oauth/token', { headers, body: 'grant_type=client_credentials' }),
      await preflight('/oauth/introspect'),
    ];
    expect(replies.map((reply) => shared(reply.headers))).toEqual([{ vary: 'Origin' }, {}]);
  });
});

describe('Sound 23, L11: a page of another origin', () => {
  test.each([
    'https://console.example.com.evil.example',
    'https://console.example.comm',
    'https://evil-console.example.com',
    'https://sub.console.example.com',
    'https://example.com',
    'https://CONSOLE.example.com',
    'HTTPS://console.example.com',
    'http://console.example.com',
    'https://console.example.com:443',
    'https://console.example.com:8444',
    'https://console.example.com/',
    'https://console.example.com.',
    'https://user@console.example.com',
    'https://console.example.com, https://evil.example',
    'https://console.example.com https://evil.example',
    'http://localhost',
    'http://127.0.0.1:5173',
    'null',
    '*',
  ])('may call nothing: %s', async (origin) => {
    const replies = [await read(origin), await preflight('/v1/tenants', origin)];
    expect(replies.map(({ status, headers }) => [status, shared(headers)])).toEqual([
      [200, { vary: 'Origin' }],
      [204, { vary: 'Origin' }],
    ]);
  });

  test('costs at most one read of the settings in ten seconds', async () => {
    await read('https://evil.example');
    const ask = () => preflight('/v1/tenants', 'https://evil.example');
    expect((await costOf(world, async () => [await ask(), await ask(), await ask()])).reads).toBe(0);
    world.clock.advance(10);
    expect((await costOf(world, async () => [await ask(), await ask(), await ask()])).reads).toBe(1);
  });
});

test('Sound 23: without an origin, nothing is read and nothing is added', async () => {
  const headers = await bearer();
  const get = () => world.send('GET', '/v1/tenants', { headers });
  await get();
  world.clock.advance(10);
  const options = await world.send('OPTIONS', '/v1/tenants');
  expect([options.status, shared(options.headers), shared((await get()).headers)]).toEqual([204, {}, {}]);
  expect((await costOf(world, () => world.send('OPTIONS', '/v1/tenants'))).reads).toBe(0);
});

test('Sound 23: while the settings cannot be read, a preflight is 503 and a call keeps its answer', async () => {
  world.clock.advance(10);
  await world.send('OPTIONS', '/v1/tenants');
  const failing = (operation: string, body: string) =>
    operation === 'BatchGetItem' && body.includes('settings') && !body.includes('cli_') ? denied() : undefined;
  const [asked, answered] = await whileFailing(world.dynamo, failing, async () => [
    await preflight('/v1/tenants'),
    await world.send('GET', '/v1/tenants', { headers: { origin: ORIGIN } }),
  ]);
  expect([seen(asked), shared(asked.headers)]).toEqual([problem(503, 'temporarily_unavailable'), { vary: 'Origin' }]);
  expect([answered.status, shared(answered.headers)]).toEqual([401, { vary: 'Origin' }]);
  expect(shared((await preflight('/v1/tenants')).headers)).toEqual(sendable(ORIGIN));
});

describe('Sound 23: the list of origins', () => {
  test.each([
    '*',
    'null',
    '',
    'console.example.com',
    'https://*.example.com',
    'https://console.example.com/',
    'https://console.example.com/path',
    'https://console.example.com:443',
    'https://CONSOLE.example.com',
    'https://user@console.example.com',
    'https://console.example.com?',
    'http://console.example.com',
    'http://localhost.evil.example',
    'http://localhost:80',
    'http://127.0.0.1:5173',
    'ftp://console.example.com',
    'file://',
    'https://',
    ' https://console.example.com',
    7,
  ])('takes no %j', async (origin) => {
    const reply = await manage('PATCH', '/v1/settings', { allowedOrigins: [origin] });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', expect.stringMatching(/^allowedOrigins/)));
  });

  test('has 20 origins at most, each once', async () => {
    const origins = Array.from({ length: 21 }, (_, serial) => `https://console-${serial}.example.com`);
    const replies = [
      await manage('PATCH', '/v1/settings', { allowedOrigins: origins }),
      await manage('PATCH', '/v1/settings', { allowedOrigins: [ORIGIN, ORIGIN] }),
    ];
    expect(replies.map(seen)).toEqual(Array(2).fill(problem(400, 'invalid_request', 'allowedOrigins')));
    const taken = ['https://[2001:db8::1]:8443', 'https://xn--bcher-kva.example', ...origins.slice(0, 18)];
    const { body } = await manage('PATCH', '/v1/settings', { allowedOrigins: taken });
    expect(body).toMatchObject({ allowedOrigins: taken });
    expect((await manage('GET', '/v1/settings')).body).toMatchObject({ allowedOrigins: taken });
  });

  test('is empty before the first change', async () => {
    await succeed(manage('PATCH', '/v1/settings', { allowedOrigins: [] }));
    expect((await manage('GET', '/v1/settings')).body).toMatchObject({ allowedOrigins: [] });
  });
});
