import { beforeAll, describe, expect, test } from 'vitest';
import type { LambdaTable } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { type Operation, type RouteRequests, routeRequests } from '#test/support/route-requests/index.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const ORIGIN = 'https://console.example.com';

const world = useWorld();
const acme = useAcme(world);

const routes = (tables as readonly LambdaTable[]).flatMap((table) =>
  Object.entries(table.routes).map(([name, route]) => ({ operation: name as Operation, ...route })),
);
const reading = routes.filter(({ method }) => method === 'GET');
const documents = reading.filter(({ caller }) => caller === 'anyone');
const others = routes.filter(({ method, caller, isForPages }) => {
  const isDocument = method === 'GET' && caller === 'anyone';
  return !isDocument && isForPages !== true;
});

let requests: RouteRequests;
beforeAll(async () => {
  requests = await routeRequests(world, acme);
});

const shared = (headers: Headers) => [...headers].filter(([name]) => name.startsWith('access-control-'));

/** The headers that do not differ between two answers to the same request. */
const lasting = (headers: Headers) => {
  const volatile = [
    'date',
    'x-request-id',
    'ratelimit',
    'content-length',
    'connection',
    'keep-alive',
    'apigw-requestid',
  ];
  return [...headers].filter(([name]) => !volatile.includes(name));
};

describe('Sound 23: HEAD', () => {
  test.each(reading)('is answered as GET, without the body: $path', async ({ operation }) => {
    const { path, headers } = await requests[operation]();
    const whole = await world.send('GET', path, { headers });
    const head = await world.send('HEAD', path, { headers });
    expect([head.status, head.text, lasting(head.headers)]).toEqual([200, '', lasting(whole.headers)]);
  });

  test('is refused as GET is, without the body', async () => {
    const { status, text, headers } = await world.send('HEAD', '/v1/tenants');
    expect([status, text, headers.get('www-authenticate')]).toEqual([401, '', expect.stringContaining('Bearer')]);
  });

  test('is refused where GET is not answered', async () => {
    const { status, headers } = await world.send('HEAD', '/oauth/token');
    expect([status, headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });
});

describe('Sound 23, L10: a page of any origin', () => {
  test.each(documents)('reads $path', async ({ operation }) => {
    const { path } = await requests[operation]();
    const { status, headers } = await world.send('GET', path, { headers: { origin: ORIGIN } });
    expect([status, shared(headers)]).toEqual([
      200,
      [
        ['access-control-allow-origin', '*'],
        ['access-control-expose-headers', '*'],
      ],
    ]);
  });

  test.each(documents)('may add headers when it reads $path', async ({ operation }) => {
    const { path } = await requests[operation]();
    const { status, headers, text } = await world.send('OPTIONS', path, {
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-version',
      },
    });
    expect([status, text, shared(headers)]).toEqual([
      204,
      '',
      [
        ['access-control-allow-headers', '*'],
        ['access-control-allow-methods', 'GET, HEAD'],
        ['access-control-allow-origin', '*'],
        ['access-control-max-age', '86400'],
      ],
    ]);
  });

  test('learns that a document does not exist', async () => {
    const { status, headers } = await world.send('GET', '/.well-known/status/unknown');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  });

  test.each(others)('M19: reads nothing else: $method $path', async ({ method, path }) => {
    const target = path.replaceAll(/\{\w+\}/g, 'some_id');
    const replies = [
      await world.send(method, target, { headers: { origin: ORIGIN } }),
      await world.send('OPTIONS', target, { headers: { origin: ORIGIN, 'access-control-request-method': method } }),
    ];
    expect(replies.flatMap(({ headers }) => shared(headers))).toEqual([]);
  });
});
