import { expect, test } from 'vitest';
import { gatewayAnswer, gatewayWith, send, stoppedClock } from './running-gateway.ts';

const throttle = { ratePerSecond: 2, burst: 3 };
const handler = async () => ({ statusCode: 200 });

async function statuses(url: string, count: number): Promise<(number | undefined)[]> {
  const answers: (number | undefined)[] = [];
  for (let sent = 0; sent < count; sent += 1) answers.push((await send(url)).status);
  return answers;
}

test('a throttle admits a burst, then as many requests as the rate refills', async () => {
  const clock = stoppedClock();
  const { url } = await gatewayWith({ httpRoutes: [{ method: 'GET', path: '/', handler, throttle }], ...clock });
  expect(await statuses(url, 4)).toEqual([200, 200, 200, 429]);
  clock.advanceSeconds(0.499);
  expect(await statuses(url, 1)).toEqual([429]);
  clock.advanceSeconds(0.001);
  expect(await statuses(url, 2)).toEqual([200, 429]);
});

test('a throttle saves no more requests than the burst', async () => {
  const clock = stoppedClock();
  const { url } = await gatewayWith({ httpRoutes: [{ method: 'GET', path: '/', handler, throttle }], ...clock });
  await statuses(url, 3);
  clock.advanceSeconds(3600);
  expect(await statuses(url, 4)).toEqual([200, 200, 200, 429]);
});

test('a throttle neither gains nor loses requests if the clock goes back', async () => {
  const clock = stoppedClock();
  const { url } = await gatewayWith({ httpRoutes: [{ method: 'GET', path: '/', handler, throttle }], ...clock });
  await statuses(url, 3);
  clock.advanceSeconds(-60);
  expect(await statuses(url, 1)).toEqual([429]);
  clock.advanceSeconds(0.5);
  expect(await statuses(url, 2)).toEqual([200, 429]);
});

test('each throttled route is counted separately, and a route without a throttle is never refused', async () => {
  const { url } = await gatewayWith({
    httpRoutes: [
      { method: 'GET', path: '/a', handler, throttle: { ratePerSecond: 1, burst: 1 } },
      { method: 'GET', path: '/b', handler, throttle: { ratePerSecond: 1, burst: 1 } },
      { method: 'GET', path: '/c', handler },
    ],
    ...stoppedClock(),
  });
  expect(await statuses(`${url}/a`, 2)).toEqual([200, 429]);
  expect(await statuses(`${url}/b`, 2)).toEqual([200, 429]);
  expect(await statuses(`${url}/c`, 3)).toEqual([200, 200, 200]);
});

test('a gateway answers 429 before it calls authorizer or integration, on both kinds of API', async () => {
  const route = {
    method: 'GET',
    path: '/',
    handler: () => expect.unreachable('the integration is called'),
    authorizer: {
      handler: () => expect.unreachable('the authorizer is called'),
      identitySources: [],
      resultTtlSeconds: 0,
    },
    throttle: { ratePerSecond: 0, burst: 0 },
  };
  const { url } = await gatewayWith({ httpRoutes: [route], restApis: [{ stage: 'dev', routes: [route] }] });
  expect(await send(url)).toEqual(gatewayAnswer(429, '{"message":"Too Many Requests"}'));
  expect(await send(`${url}/dev`)).toEqual(
    gatewayAnswer(429, '{"message":"Too Many Requests"}', { 'x-amzn-errortype': 'TooManyRequestsException' }),
  );
});
