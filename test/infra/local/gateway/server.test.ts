import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { type GatewayOptions, startGateway } from '#infra/local/gateway/gateway.ts';
import { listen } from '#infra/local/gateway/wire/server.ts';
import { echo, gatewayAnswer, gatewayWith, send } from './running-gateway.ts';

const MEGABYTE = 1024 * 1024;
const hasIpv6Loopback = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address);
const NEVER = () => new Promise(() => undefined);

async function millisecondsUntil(promise: Promise<unknown>): Promise<number> {
  const startedAtMilliseconds = performance.now();
  await promise;
  return performance.now() - startedAtMilliseconds;
}

function serving(handler: GatewayOptions['httpRoutes'][number]['handler'], options: Partial<GatewayOptions> = {}) {
  const route = { method: 'ANY', path: '/', functionName: 'probe', handler };
  return gatewayWith({ httpRoutes: [route], restApis: [{ stage: 'dev', routes: [route] }], ...options });
}

const ADDRESSES = hasIpv6Loopback ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

test('a gateway is at localhost, on 127.0.0.1 and on ::1', async () => {
  const { url } = await serving(echo);
  expect(url).toMatch(/^http:\/\/localhost:\d+$/);
  const { port } = new URL(url);
  const events = ADDRESSES.map((address) => fetch(`http://${inUrl(address)}:${port}`).then((answer) => answer.json()));
  expect(await Promise.all(events)).toMatchObject(
    ADDRESSES.map((sourceIp) => ({ requestContext: { http: { sourceIp } } })),
  );
});

test.each(ADDRESSES)('a gateway does not start on a port that another program has on %s', async (address) => {
  const other = createServer().listen(0, address);
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(startGateway({ httpRoutes: [], port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  await expect(fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
});

const misdirected = gatewayAnswer(421, '{"message":"Misdirected Request"}');

test.each(['localhost', 'LocalHost', '127.0.0.1', '[::1]'])(
  'a gateway serves requests for the host %s',
  async (name) => {
    const { url } = await serving(echo);
    const { port } = new URL(url);
    expect(await send(url, { headers: { Host: `${name}:${port}` } })).toMatchObject({ status: 200 });
  },
);

test.each([
  'evil.example:PORT',
  'localhost.evil.example:PORT',
  'localhost.:PORT',
  'a.localhost:PORT',
  'evil.example',
  'localhost',
  'localhost:1',
  'localhost:PORT0',
  'localhost:PORT@evil.example',
  'user@localhost:PORT',
  '127.0.0.2:PORT',
  '127.1:PORT',
  '0.0.0.0:PORT',
  '[::]:PORT',
  '[::ffff:127.0.0.1]:PORT',
])(
  'L12: a gateway refuses a request for the host "%s" before any function runs, on both kinds of API',
  async (host) => {
    let calls = 0;
    const { url } = await serving(async () => {
      calls += 1;
    });
    const headers = { Host: host.replace('PORT', new URL(url).port) };
    expect([await send(url, { headers }), await send(`${url}/dev`, { headers })]).toEqual([misdirected, misdirected]);
    expect(calls).toBe(0);
  },
);

test.each([
  ['an empty host', 'Host:'],
  ['two hosts', 'Host: localhost:PORT\r\nHost: evil.example'],
  ['this host twice', 'Host: localhost:PORT\r\nHost: localhost:PORT'],
  ['no host, in HTTP/1.0', 'X-Forwarded-Host: localhost:PORT', '1.0'],
])('L12: a gateway refuses a request with %s', async (_, headers, version = '1.1') => {
  const { url } = await serving(echo);
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(`GET / HTTP/${version}\r\n${headers.replaceAll('PORT', port)}\r\nConnection: close\r\n\r\n`);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n.*\{"message":"Misdirected Request"\}$/s);
});

test("starting a gateway rejects with the server's error if the port is in use", async () => {
  const { url } = await serving(echo);
  const start = startGateway({ httpRoutes: [], port: Number(new URL(url).port) });
  await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a gateway accepts a payload of 10 MB and refuses one byte more', async () => {
  const { url } = await serving(async ({ body }: { body: string }) => ({ statusCode: 200, body: `${body.length}` }));
  const headers = { 'Content-Type': 'text/plain' };
  const largest = Buffer.alloc(10 * MEGABYTE, 'x');
  expect(await send(url, { method: 'POST', headers, body: largest })).toMatchObject({ body: `${largest.length}` });
  const tooLarge = Buffer.alloc(10 * MEGABYTE + 1, 'x');
  const refusal = gatewayAnswer(413, '{"message":"Request Entity Too Large"}');
  expect(await send(url, { method: 'POST', headers, body: tooLarge })).toEqual(refusal);
  expect(await send(`${url}/dev`, { method: 'POST', headers, body: tooLarge })).toEqual(refusal);
});

test('a gateway refuses more than 10 kB of headers', async () => {
  const { url } = await serving(echo);
  expect(await send(url, { headers: { 'X-Long': 'x'.repeat(9000) } })).toMatchObject({ status: 200 });
  expect(await send(url, { headers: { 'X-Long': 'x'.repeat(11_000) } })).toMatchObject({ status: 431 });
});

test.each(['http://other.example/', '*'])('a gateway refuses the request target %s', async (target) => {
  const { url } = await serving(echo);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(`OPTIONS ${target} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*\{"message":"Bad Request"\}$/s);
});

test('a gateway answers for a Lambda that takes too long and reports it, on both kinds of API', async () => {
  const { url, failures } = await serving(NEVER, { timeoutMilliseconds: 30 });
  expect(await send(url)).toEqual(gatewayAnswer(503, '{"message":"Service Unavailable"}'));
  expect(await send(`${url}/dev`)).toEqual(
    gatewayAnswer(504, '{"message": "Endpoint request timed out"}', {
      'x-amzn-errortype': 'InternalServerErrorException',
    }),
  );
  expect(failures).toEqual(Array(2).fill('probe: Error: Task timed out after 0.03 seconds'));
});

test('a gateway continues after a Lambda fails that has timed out before', async () => {
  const { promise, reject } = Promise.withResolvers();
  const { url, failures } = await serving(() => promise, { timeoutMilliseconds: 10 });
  await send(url);
  reject(new Error('too late'));
  await send(`${url}/unknown`);
  expect(failures).toEqual(['probe: Error: Task timed out after 0.01 seconds', 'probe: Error: too late']);
});

test('a gateway gives a Lambda its context, with the remaining time', async () => {
  let context: Context | undefined;
  let remaining: number[] = [];
  const { url } = await serving(
    async (_event, given) => {
      context = given;
      const before = given.getRemainingTimeInMillis();
      await delay(20);
      remaining = [before, given.getRemainingTimeInMillis()];
    },
    { timeoutMilliseconds: 1_000_000 },
  );
  await send(url);
  expect(context).toMatchObject({
    functionName: 'probe',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:probe',
    memoryLimitInMB: '512',
    awsRequestId: expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/),
    logGroupName: '/aws/lambda/probe',
    logStreamName: 'local',
  });
  const [before = 0, after = 0] = remaining;
  expect(before).toBeGreaterThan(900_000);
  expect(before).toBeLessThanOrEqual(1_000_000);
  expect(before - after).toBeGreaterThanOrEqual(18);
  expect(() => context?.done()).toThrow('The runtime nodejs24.x uses the result of the handler. It has no callbacks.');
});

test('a gateway passes only JSON to a Lambda and back', async () => {
  const { url } = await serving(async ({ requestContext }: { requestContext: object }) => ({
    body: { toJSON: () => `authorizer: ${'authorizer' in requestContext}` },
  }));
  expect(await send(`${url}/dev`)).toEqual(gatewayAnswer(200, 'authorizer: false'));
});

test('a gateway reports each request in a line without its query', async () => {
  const lines: unknown[] = [];
  const { url } = await serving(async () => ({ statusCode: 202 }), { onRequest: (line) => lines.push(line) });
  await send(`${url}/?code=secret`, { method: 'POST' });
  await send(`${url}/unknown`);
  expect(lines).toEqual([
    { method: 'POST', path: '/', status: 202, milliseconds: expect.any(Number), errorCode: undefined },
    { method: 'GET', path: '/unknown', status: 404, milliseconds: expect.any(Number), errorCode: undefined },
  ]);
});

test.each([
  ['the error of OAuth', 401, '{"error":"invalid_client","error_description":"Who?"}', 'invalid_client'],
  ['the code of a problem', 409, '{"title":"Conflict","code":"already_exists"}', 'already_exists'],
  ['a refusal of API Gateway', 403, '{"message":"Forbidden"}', 'Forbidden'],
  ['a message of several words', 404, '{"message":"Not Found"}', undefined],
  ['a text', 500, 'error', undefined],
  ['JSON that is no object', 400, 'null', undefined],
  ['a success', 200, '{"error":"invalid_client"}', undefined],
])('a gateway reports the code of %s', async (_, statusCode, body, errorCode) => {
  const lines: unknown[] = [];
  const { url } = await serving(async () => ({ statusCode, body }), { onRequest: (line) => lines.push(line) });
  await send(url);
  expect(lines).toEqual([
    { method: 'GET', path: '/', status: statusCode, milliseconds: expect.any(Number), errorCode },
  ]);
});

test('a gateway continues if a client closes the connection before its request is complete', async () => {
  const { url } = await serving(echo);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 10\r\n\r\nhalf`);
  await delay(20);
  socket.destroy();
  expect(await send(url)).toMatchObject({ status: 200 });
});

test('a gateway continues if a client does not wait for its response', async () => {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const { url } = await serving(async () => {
    await left;
    return 'answer';
  });
  await expect(fetch(url, { signal: AbortSignal.timeout(20) })).rejects.toThrow('timeout');
  leave();
  expect(await send(url)).toMatchObject({ status: 200, body: 'answer' });
});

test('a gateway leaves it to clients to close idle connections, so that no request meets their end', async () => {
  const { url } = await serving(echo);
  expect((await fetch(url)).headers.get('keep-alive')).toBeNull();
});

/** A server whose `close` waits for an hour, unless nothing is left to wait for. */
function listenPatiently(handle: Parameters<typeof listen>[0]['handle']) {
  const hour = 3_600_000;
  return listen({ port: 0, handle, onRequest: () => undefined, closeGraceMilliseconds: hour });
}

test('a closing gateway finishes current requests and accepts no new requests', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<string>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const gateway = await listenPatiently(async () => {
    enter();
    return { statusCode: 200, headers: [], body: await released };
  });
  const inFlight = fetch(gateway.url);
  await entered;
  const closed = gateway.close();
  await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
  release('finished');
  expect(await (await inFlight).text()).toBe('finished');
  await closed;
});

test('a closing gateway cuts off a request at the end of the grace time', async () => {
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const gateway = await listen({
    port: 0,
    handle: () => {
      enter();
      return new Promise(() => undefined);
    },
    onRequest: () => undefined,
    closeGraceMilliseconds: 30,
  });
  const inFlight = expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
  await entered;
  expect(await millisecondsUntil(gateway.close())).toBeGreaterThanOrEqual(29);
  await inFlight;
});

test('a closing gateway closes idle connections at once, and may be closed twice', async () => {
  const gateway = await listenPatiently(async () => ({ statusCode: 200, headers: [], body: 'answer' }));
  await (await fetch(gateway.url)).text();
  await Promise.all([gateway.close(), gateway.close()]);
  await gateway.close();
});
