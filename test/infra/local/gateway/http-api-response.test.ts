import { expect, test } from 'vitest';
import { gatewayAnswer, gatewayWith, send } from './running-gateway.ts';

const INTERNAL_SERVER_ERROR = gatewayAnswer(500, '{"message":"Internal Server Error"}');

function answering(result: unknown) {
  return gatewayWith({
    httpRoutes: [{ method: 'ANY', path: '/', functionName: 'probe', handler: async () => result }],
  });
}

test('an HTTP API sends status, headers, cookies and body of a structured answer', async () => {
  const { url } = await answering({
    statusCode: 201,
    headers: { 'Content-Type': 'text/html', 'X-Count': 3, 'X-Flag': true },
    cookies: ['a=1; HttpOnly', 'b=2'],
    body: '<p>é</p>',
  });
  expect(await send(url)).toEqual({
    status: 201,
    headers: { 'content-type': 'text/html', 'x-count': '3', 'x-flag': 'true', 'set-cookie': ['a=1; HttpOnly', 'b=2'] },
    body: '<p>é</p>',
  });
});

test('an HTTP API decodes a base64 body', async () => {
  const bytes = Buffer.from([0, 200, 255]);
  const { url } = await answering({ statusCode: 200, body: bytes.toString('base64'), isBase64Encoded: true });
  const response = await fetch(url);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test('an HTTP API sends a structured answer as plain text by default', async () => {
  const { url } = await answering({ statusCode: '202', body: 'queued' });
  expect(await send(url)).toEqual({
    status: 202,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'queued',
  });
});

test.each([
  ['an object', { hello: 'world' }, '{"hello":"world"}'],
  ['a string', 'hello', 'hello'],
  ['a list', [1, 2], '[1,2]'],
  ['a number', 7, '7'],
  ['nothing', undefined, 'null'],
  ['an object with headers but no status', { headers: { 'x-a': '1' } }, '{"headers":{"x-a":"1"}}'],
])('an HTTP API sends %s as JSON with status 200', async (_kind, result, body) => {
  const { url } = await answering(result);
  expect(await send(url)).toEqual(gatewayAnswer(200, body));
});

test.each([204, 304])('an HTTP API sends no body with status %d', async (statusCode) => {
  const { url } = await answering({ statusCode });
  const response = await fetch(url);
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
    statusCode,
    null,
    '',
  ]);
});

test('an HTTP API answers HEAD without a body', async () => {
  const { url } = await answering({ statusCode: 200, body: 'content' });
  expect(await send(url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
});

test('an HTTP API ignores a length that the handler sets', async () => {
  const headers = { 'Content-Length': '3', 'Transfer-Encoding': 'chunked', Connection: 'close' };
  const { url } = await answering({ statusCode: 200, headers, body: 'complete' });
  expect(await send(url)).toMatchObject({ status: 200, body: 'complete' });
});

test.each([
  ['a status that is not a number', { statusCode: 'teapot' }],
  ['a status out of range', { statusCode: 99 }],
  ['a null status', { statusCode: null }],
  ['a body that is not a string', { statusCode: 200, body: { a: 1 } }],
  ['headers that are not an object', { statusCode: 200, headers: 'x' }],
  ['a nested header value', { statusCode: 200, headers: { 'x-a': { b: 1 } } }],
  ['a header value with a line break', { statusCode: 200, headers: { 'x-a': '1\r\nSet-Cookie: evil=1' } }],
  ['a header name with a space', { statusCode: 200, headers: { 'x a': '1' } }],
  ['a cookie with a line break', { statusCode: 200, cookies: ['a=1\r\nX-Evil: 1'] }],
])('an HTTP API answers 500 if a handler returns %s, and reports it', async (_kind, result) => {
  const { url, failures } = await answering(result);
  expect(await send(url)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual([expect.stringMatching(/^probe: /)]);
});

test.each([
  ['throws', () => Promise.reject(new Error('secret detail')), 'probe: Error: secret detail'],
  ['throws before it awaits', () => JSON.parse('{'), expect.stringMatching(/^probe: SyntaxError/)],
  ['throws a value that is not an error', () => Promise.reject('text'), 'probe: text'],
  ['returns a value that JSON cannot represent', () => 1n, expect.stringMatching(/^probe: TypeError/)],
])('an HTTP API answers 500 without details if a handler %s', async (_kind, handler, failure) => {
  const { url, failures } = await gatewayWith({
    httpRoutes: [{ method: 'GET', path: '/', functionName: 'probe', handler }],
  });
  expect(await send(url)).toEqual(INTERNAL_SERVER_ERROR);
  expect(failures).toEqual([failure]);
});
