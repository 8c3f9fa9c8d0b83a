import { expect, test } from 'vitest';
import { gatewayAnswer, gatewayWith, send } from './running-gateway.ts';

const INTERNAL_SERVER_ERROR = gatewayAnswer(502, '{"message": "Internal server error"}', {
  'x-amzn-errortype': 'InternalServerErrorException',
});

async function answering(result: unknown) {
  const route = { method: 'ANY', path: '/', functionName: 'probe', handler: async () => result };
  const gateway = await gatewayWith({ restApis: [{ stage: 'dev', routes: [route] }] });
  return { ...gateway, url: `${gateway.url}/dev` };
}

test('passes an answer on: status, single and multiple headers, body', async () => {
  const { url } = await answering({
    statusCode: 201,
    headers: { 'X-One': 'a', 'X-Both': 'c', 'x-same': 'd' },
    multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'X-Both': ['a', 'b'], 'X-Same': ['d'] },
    body: '{"created":true}',
  });
  expect(await send(url)).toEqual({
    status: 201,
    headers: {
      'content-type': 'application/json',
      'set-cookie': ['a=1', 'b=2'],
      'x-both': 'a, b, c',
      'x-one': 'a',
      'x-same': 'd',
    },
    body: '{"created":true}',
  });
});

test.each([
  ['an empty answer', {}, ''],
  ['a body alone', { body: 'text' }, 'text'],
  ['null for what it leaves out', { statusCode: 200, headers: null, body: null }, ''],
])('takes %s for a 200', async (_kind, result, body) => {
  const { url } = await answering(result);
  expect(await send(url)).toEqual(gatewayAnswer(200, body));
});

test('leaves a base64 body encoded, as no binary media type is declared', async () => {
  const { url } = await answering({ statusCode: 200, body: 'AAH/', isBase64Encoded: true });
  expect(await send(url)).toMatchObject({ status: 200, body: 'AAH/' });
});

test.each([
  ['a string', 'hello'],
  ['a list', []],
  ['nothing', undefined],
  ['a field of another name', { statusCode: 200, cookies: ['a=1'] }],
  ['a status that is none', { statusCode: 'teapot' }],
  ['a body that is no string', { statusCode: 200, body: { a: 1 } }],
  ['a header value with a line break', { statusCode: 200, headers: { 'x-a': '1\nx-b: 2' } }],
  ['multiple values that are no list', { statusCode: 200, multiValueHeaders: { 'x-a': 'b' } }],
])('answers 502 to %s and reports it', async (_kind, result) => {
  const { url, failures } = await answering(result);
  expect(await send(url)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual([expect.stringMatching(/^probe: /)]);
});

test('answers 502 without detail when a handler throws', async () => {
  const handler = () => Promise.reject(new Error('secret detail'));
  const { url, failures } = await gatewayWith({
    restApis: [{ stage: 'dev', routes: [{ method: 'GET', path: '/', functionName: 'probe', handler }] }],
  });
  expect(await send(`${url}/dev`)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual(['probe: Error: secret detail']);
});
