import { Buffer } from 'node:buffer';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { handler as exchange } from '#functions/exchange.ts';
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { lambdaTable } from '#shared/api/table.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';
import type { GatewayEvent } from '#shared/http/request/incoming.ts';
import { openExchange } from '#test/support/ports/exchange-ports.ts';
import { eventsOf, type GatewayCall, httpApiEvent, restApiEvent } from '#test/support/ports/gateway-events.ts';

const FORM = ['content-type', 'application/x-www-form-urlencoded'] as const;

const JSON_TYPE = ['content-type', 'application/json; charset=utf-8'] as const;

const GRANT = 'grant_type=client_credentials';

const TOKEN_ROUTE = { method: 'POST', route: '/oauth/token' };

let known: Awaited<ReturnType<typeof openExchange>>;

let token: (event: GatewayEvent) => ReturnType<typeof exchange>;
beforeAll(async () => {
  known = await openExchange();
  const handler = exchange.with(known.adapters);
  token = (event) => handler(event, lambdaContext('exchange', 3_000));
});

describe('the exchange answers the same request in both versions of events alike', () => {
  const calls: readonly (readonly [string, number, () => Omit<GatewayCall, 'method' | 'route'>])[] = [
    ['a form with HTTP Basic', 200, () => ({ headers: [FORM, authorization()], body: GRANT })],
    ['a form with letters beyond ASCII', 400, () => ({ headers: [FORM, authorization()], body: `${GRANT}&scope=é` })],
    ['credentials in the body', 200, () => ({ headers: [FORM], body: `${GRANT}&${credentials()}` })],
    ['flat JSON', 200, () => ({ headers: [JSON_TYPE, authorization()], body: '{"grant_type":"client_credentials"}' })],
    [
      'an ignored query',
      200,
      () => ({
        headers: [FORM, authorization()],
        query: [
          ['scope', 'x'],
          ['scope', 'y'],
        ],
        body: GRANT,
      }),
    ],
    ['a wrong secret', 401, () => ({ headers: [FORM, authorization('wrong')], body: GRANT })],
    ['no credentials', 401, () => ({ headers: [FORM], body: GRANT })],
    ['no content type', 400, () => ({ headers: [authorization()], body: GRANT })],
    ['a parameter twice', 400, () => ({ headers: [FORM, authorization()], body: `${GRANT}&${GRANT}` })],
    ['no body', 400, () => ({ headers: [FORM, authorization()] })],
    [
      'a body that is too large',
      413,
      () => ({ headers: [FORM, authorization()], body: `${GRANT}&x=${'é'.repeat(32_769)}` }),
    ],
  ];

  test.each(calls)('A16: %s', async (_what, statusCode, call) => {
    const events = Object.entries(eventsOf({ ...TOKEN_ROUTE, ...call() }));
    const replies = await Promise.all(events.map(async ([shape, event]) => [shape, await token(event)] as const));
    const [, first] = replies[0] ?? [];
    expect(first).toMatchObject({ statusCode, headers: { 'x-request-id': 'request-1' } });
    expect(Object.fromEntries(replies)).toEqual(Object.fromEntries(events.map(([shape]) => [shape, first])));
  });

  test('A16: refuses GET in both versions alike', async () => {
    const events = Object.values(eventsOf({ method: 'GET', route: '/oauth/token' }));
    const replies = await Promise.all(events.map(token));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(replies[0]).toMatchObject({ statusCode: 405, headers: { allow: 'POST, OPTIONS' } });
  });

  test.each(['authorization', 'Authorization', 'AUTHORIZATION'])(
    'A16: refuses two %s headers of a REST API, whose events show both',
    async (name) => {
      const [, value] = authorization();
      const headers = [FORM, [name, value], [name, value]] as const;
      const { statusCode, body } = await token(restApiEvent({ ...TOKEN_ROUTE, headers, body: GRANT }));
      expect({ statusCode, error: JSON.parse(body).error }).toEqual({ statusCode: 400, error: 'invalid_request' });
    },
  );

  test.each([restApiEvent, httpApiEvent])(
    'E7: refuses two DPoP headers, in either version of events',
    async (eventOf) => {
      const headers = [FORM, authorization(), ['DPoP', 'one'], ['DPoP', 'two']] as const;
      const { statusCode, body } = await token(eventOf({ ...TOKEN_ROUTE, headers, body: GRANT }));
      expect({ statusCode, error: JSON.parse(body).error }).toEqual({ statusCode: 400, error: 'invalid_dpop_proof' });
    },
  );

  test('A16: refuses two Authorization headers that API Gateway has joined into one', async () => {
    const headers = [FORM, authorization(), authorization()];
    const { statusCode, body } = await token(httpApiEvent({ ...TOKEN_ROUTE, headers, body: GRANT }));
    expect({ statusCode, error: JSON.parse(body).error }).toEqual({ statusCode: 401, error: 'invalid_client' });
  });

  test('A16: reads an event with null for its headers as a request without headers', async () => {
    const event = { ...restApiEvent({ ...TOKEN_ROUTE, body: GRANT }), headers: null, multiValueHeaders: null };
    const { statusCode, body } = await token(event as unknown as GatewayEvent);
    expect({ statusCode, error: JSON.parse(body).error }).toEqual({ statusCode: 400, error: 'invalid_request' });
  });
});

describe('an operation gets the same request from both versions of events', () => {
  const things = lambdaTable({
    name: 'things',
    purpose: 'Returns its request.',
    grants: [],
    routes: {
      putThing: {
        method: 'PUT',
        path: '/v1/things/{thingId}',
        summary: 'Put a thing',
        caller: 'anyone',
        errors: 'problem',
        query: z.object({ limit: z.string() }),
        body: { encoding: 'json', schema: z.object({ name: z.string() }), example: { name: 'a' } },
        reply: { status: 200, description: 'The request', schema: z.object({ seen: z.unknown() }) },
      },
    },
  });
  const adapters = { ...ambient, issuer: () => 'https://auth.example.com' };
  const handler = lambda(things, adapters, { putThing: async (request) => ok({ seen: request }) });
  const call = {
    method: 'PUT',
    route: '/v1/things/{thingId}',
    pathParameters: { thingId: 'thing_1' },
    query: [
      ['limit', 'ä b'],
      ['unknown', 'x'],
    ],
    headers: [JSON_TYPE],
    body: '{"name":"Grüße \u{1F600}","unknown":1}',
  } as const;

  test('A16: with path, query and JSON body', async () => {
    const replies = Object.values(eventsOf(call)).map((event) => handler(event, lambdaContext('things', 3_000)));
    const seen = (await Promise.all(replies)).map(({ body }) => JSON.parse(body).seen);
    const expected = {
      source: '192.0.2.1',
      params: { thingId: 'thing_1' },
      query: { limit: 'ä b' },
      body: { name: 'Grüße \u{1F600}' },
      isSignedWanted: false,
    };
    expect(seen).toEqual(replies.map(() => expected));
  });

  test('A16: and answers 404 to a path parameter that cannot be an id', async () => {
    const events = Object.values(eventsOf({ ...call, pathParameters: { thingId: 'a/../b' } }));
    const replies = await Promise.all(events.map((event) => handler(event, lambdaContext('things', 3_000))));
    expect(replies.map(({ statusCode }) => statusCode)).toEqual(replies.map(() => 404));
  });
});

describe('a page gets the cookies of a browser', () => {
  const reflect = lambdaTable({
    name: 'reflect',
    purpose: 'Sends the cookies back.',
    grants: ['records:read'],
    greedyBelow: ['/pages'],
    routes: {
      showPage: {
        method: 'GET',
        path: '/pages/{pageId}',
        summary: 'Show a page',
        caller: 'browser',
        errors: 'page',
        reply: { status: 200, description: 'A page', file: 'text/css' },
      },
    },
  });
  const adapters = { ...ambient, issuer: () => 'https://auth.example.com', records: () => ({}) as never };
  const handler = lambda(reflect, adapters, {
    showPage: async ({ browser, params }) => ok({ text: JSON.stringify([params.pageId, browser.cookies]) }),
  });
  const answer = async (event: GatewayEvent) => (await handler(event, lambdaContext('reflect', 3_000))).body;
  const call = {
    method: 'GET',
    route: '/pages/{pageId}',
    pathParameters: { pageId: 'page_1' },
    headers: [['cookie', 'one=1; two=a=b; twice=1; twice=2']] as const,
  };
  const expected = JSON.stringify(['page_1', { one: '1', two: 'a=b' }]);

  test('A16: from both versions of events alike; of two with one name, neither', async () => {
    const answers = await Promise.all(Object.values(eventsOf(call)).map(answer));
    expect(new Set(answers)).toEqual(new Set([expected]));
  });

  test('A16: from the list of payload format 2.0, and never from a header of it', async () => {
    const { headers: _cookie, ...without } = call;
    const event = httpApiEvent(without);
    expect(await answer({ ...event, headers: { cookie: 'one=1' } } as GatewayEvent)).toBe('["page_1",{}]');
  });

  test('by a greedy route as by a route of the page’s own, with the parameters of its path', async () => {
    const greedy = { ...call, route: '/pages/{rest+}', pathParameters: { rest: 'page_1' } };
    const event = { ...httpApiEvent(greedy), rawPath: '/pages/page_1' } as GatewayEvent;
    expect(await answer(event)).toBe(expected);
    for (const rawPath of ['/pages/page_1/', '/pages/', '/pages/a/b', '/pages/a:b']) {
      expect(await answer({ ...event, rawPath } as GatewayEvent)).toContain('There is no such page');
    }
  });
});

function authorization(secret = known.clientSecret) {
  return ['authorization', `Basic ${Buffer.from(`${known.clientId}:${secret}`).toString('base64')}`] as const;
}

function credentials(): string {
  return `client_id=${known.clientId}&client_secret=${known.clientSecret}`;
}
