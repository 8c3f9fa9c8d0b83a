import { GenerateRandomCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type KmsFault, startLocalKms } from '#infra/local/kms/kms.ts';
import { errorOf, kmsClient } from './kms/kms-client.ts';

const faults = new Map<string, (callNumber: number) => KmsFault | undefined>();
const kms = await startLocalKms({ fault: (operation, callNumber) => faults.get(operation)?.(callNumber) });
const client = kmsClient(kms.url);
const random = new GenerateRandomCommand({ NumberOfBytes: 8 });

afterEach(() => {
  faults.clear();
  kms.clearCalls();
});
afterAll(() => kms.close());

const wellFormed = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'TrentService.GenerateRandom',
  authorization: 'AWS4-HMAC-SHA256 Credential=test',
};

/** Sends a request without the SDK, which would refuse to send most of these requests. */
async function post(headers: Record<string, string>, body: string, method = 'POST', path = '/') {
  const init = { method, headers: { ...wellFormed, ...headers }, ...(method === 'GET' ? {} : { body }) };
  const response = await fetch(`${kms.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

test('the local KMS answers each request with the content type and a new request id', async () => {
  const first = await post({}, '{"NumberOfBytes":4}');
  const second = await post({}, '{"NumberOfBytes":4}');
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(first.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(first.headers.get('x-amzn-requestid')).not.toBe(second.headers.get('x-amzn-requestid'));
});

test('the local KMS treats an empty body as an empty object', async () => {
  const answer = await post({ 'x-amz-target': 'TrentService.ListKeys' }, '');
  expect(answer.body).toEqual({ Keys: [], Truncated: false });
});

test.each([
  ['an operation KMS does not have', { 'x-amz-target': 'TrentService.MintCoins' }, 'POST', '/'],
  ['an operation named like a property of every object', { 'x-amz-target': 'TrentService.constructor' }, 'POST', '/'],
  ['the target of another service', { 'x-amz-target': 'DynamoDB_20120810.ListTables' }, 'POST', '/'],
  ['an empty target', { 'x-amz-target': '' }, 'POST', '/'],
  ['another content type', { 'content-type': 'application/json' }, 'POST', '/'],
  ['another method', {}, 'GET', '/'],
  ['another path', {}, 'POST', '/keys'],
])('the local KMS refuses %s as UnknownOperationException', async (_, headers, method, path) => {
  const answer = await post(headers, '{}', method, path);
  expect({ status: answer.status, type: answer.body.__type }).toEqual({
    status: 400,
    type: 'UnknownOperationException',
  });
});

test.each([
  ['broken JSON', '{"NumberOfBytes":'],
  ['an array', '[]'],
  ['null', 'null'],
  ['a string', '"{}"'],
  ['a member of the wrong type', '{"NumberOfBytes":"8"}'],
])('the local KMS refuses %s as SerializationException', async (_, body) => {
  const answer = await post({}, body);
  expect({ status: answer.status, type: answer.body.__type }).toEqual({ status: 400, type: 'SerializationException' });
});

test('the local KMS refuses invalid base64 as SerializationException', async () => {
  const body = JSON.stringify({ KeyId: 'x', Message: '%%%', SigningAlgorithm: 'ECDSA_SHA_256' });
  const answer = await post({ 'x-amz-target': 'TrentService.Sign' }, body);
  expect(answer.body.__type).toBe('SerializationException');
});

test('the local KMS names every member that violates a constraint', async () => {
  const body = JSON.stringify({ KeyId: '', SigningAlgorithm: 'ROT13' });
  const answer = await post({ 'x-amz-target': 'TrentService.Verify' }, body);
  expect(answer.body.__type).toBe('ValidationException');
  expect(answer.body.message).toMatch(
    /^4 validation errors detected: Value at 'keyId' failed .* 1; Value at 'message' failed/,
  );
});

test('the local KMS refuses a request without a signature', async () => {
  const answer = await post({ authorization: 'Bearer x' }, '{"NumberOfBytes":4}');
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 400,
    body: { __type: 'MissingAuthenticationTokenException', message: 'Request is missing Authentication Token' },
  });
});

test('the local KMS refuses a body that is too large for any KMS request, and continues to serve', async () => {
  const answer = await post({}, ' '.repeat(8 * 1024 * 1024));
  expect({ status: answer.status, type: answer.body.__type }).toEqual({
    status: 413,
    type: 'RequestEntityTooLargeException',
  });
  expect((await client.send(random)).Plaintext).toHaveLength(8);
});

test('the local KMS listens on 127.0.0.1 only', async () => {
  const { port } = new URL(kms.url);
  expect(kms.url).toBe(`http://127.0.0.1:${port}`);
  await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow('fetch failed');
  await expect(fetch(`http://[::1]:${port}/`)).rejects.toThrow('fetch failed');
});

test('the local KMS refuses to start on a port that is in use', async () => {
  const port = Number(new URL(kms.url).port);
  await expect(startLocalKms({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('the local KMS lists all calls in order, also refused calls, until they are cleared', async () => {
  const { calls } = kms;
  await client.send(random);
  await client.send(new ListKeysCommand());
  await errorOf(client.send(new GenerateRandomCommand({ NumberOfBytes: 0 })));
  expect(calls).toEqual(['GenerateRandom', 'ListKeys', 'GenerateRandom']);

  kms.clearCalls();
  expect(calls).toEqual([]);
});

test('the local KMS answers with an injected error in place of the operation', async () => {
  const error = { name: 'AccessDeniedException', message: 'User is not authorized to perform: kms:GenerateRandom' };
  faults.set('GenerateRandom', () => ({ error }));
  expect(await errorOf(client.send(random))).toEqual({ ...error, status: 400 });
});

test('the local KMS applies a fault to one call, and not to other calls and operations', async () => {
  const error = { name: 'DisabledException', message: 'out of order' };
  faults.set('GenerateRandom', (callNumber) => (callNumber === 2 ? { error } : undefined));
  await client.send(random);
  await client.send(new ListKeysCommand());
  expect(await errorOf(client.send(random))).toEqual({ ...error, status: 400 });
  expect((await client.send(random)).Plaintext).toHaveLength(8);
});

test.each([
  ['KMSInternalException', 500],
  ['KeyUnavailableException', 500],
  ['DependencyTimeoutException', 503],
  ['KMSInvalidStateException', 400],
])('the local KMS answers an injected %s with status %i', async (name, status) => {
  faults.set('GenerateRandom', () => ({ error: { name, message: 'injected' } }));
  expect(await errorOf(client.send(random))).toEqual({ name, message: 'injected', status });
});

test('the local KMS lets the SDK recover from throttling by its retries', async () => {
  const error = { name: 'ThrottlingException', message: 'Rate exceeded' };
  faults.set('GenerateRandom', (callNumber) => (callNumber === 1 ? { error } : undefined));
  const { $metadata } = await kmsClient(kms.url, 2).send(random);
  expect({ attempts: $metadata.attempts, calls: kms.calls }).toEqual({
    attempts: 2,
    calls: ['GenerateRandom', 'GenerateRandom'],
  });
});

test('the local KMS delays an answer for the injected latency', async () => {
  faults.set('GenerateRandom', () => ({ latencyMilliseconds: 60 }));
  const startMs = performance.now();
  const answer = await client.send(random);
  expect(answer.Plaintext).toHaveLength(8);
  // A timer can end a millisecond early.
  expect(performance.now() - startMs).toBeGreaterThan(58);
});

test('the local KMS closes at once while an answer is delayed, and can be closed twice', async () => {
  const slow = await startLocalKms({ fault: () => ({ latencyMilliseconds: 600_000 }) });
  const held = errorOf(kmsClient(slow.url).send(random));
  await expect.poll(() => slow.calls.length).toBe(1);
  await slow.close();
  await slow.close();
  expect(await held).toMatchObject({ status: undefined });
});

test('the local KMS answers KMSInternalException if the fault function throws', async () => {
  faults.set('GenerateRandom', () => {
    throw new Error('The rule is broken.');
  });
  const expected = { name: 'KMSInternalException', message: 'The rule is broken.', status: 500 };
  expect(await errorOf(client.send(random))).toEqual(expected);
});
