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

test('a REST API sends status, single and multiple headers, and body of an answer', async () => {
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
  ['null for absent members', { statusCode: 200, headers: null, body: null }, ''],
])('a REST API sends %s with status 200', async (_kind, result, body) => {
  const { url } = await answering(result);
  expect(await send(url)).toEqual(gatewayAnswer(200, body));
});

test('a REST API does not decode a base64 body, because no binary media type is declared', async () => {
  const { url } = await answering({ statusCode: 200, body: 'AAH/', isBase64Encoded: true });
  expect(await send(url)).toMatchObject({ status: 200, body: 'AAH/' });
});

test.each([
  ['a string', 'hello'],
  ['a list', []],
  ['nothing', undefined],
  ['a field of another name', { statusCode: 200, cookies: ['a=1'] }],
  ['a status that is not a number', { statusCode: 'teapot' }],
  ['a body that is not a string', { statusCode: 200, body: { a: 1 } }],
  ['a header value with a line break', { statusCode: 200, headers: { 'x-a': '1\nx-b: 2' } }],
  ['multiple values that are not a list', { statusCode: 200, multiValueHeaders: { 'x-a': 'b' } }],
])('a REST API answers 502 if a handler returns %s, and reports it', async (_kind, result) => {
  const { url, failures } = await answering(result);
  expect(await send(url)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual([expect.stringMatching(/^probe: /)]);
});

test('a REST API answers 502 without details if a handler throws', async () => {
  const handler = () => Promise.reject(new Error('secret detail'));
  const { url, failures } = await gatewayWith({
    restApis: [{ stage: 'dev', routes: [{ method: 'GET', path: '/', functionName: 'probe', handler }] }],
  });
  expect(await send(`${url}/dev`)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual(['probe: Error: secret detail']);
});
