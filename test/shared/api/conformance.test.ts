import { describe, expect, test } from 'vitest';
import { conformanceFaults } from '#test/support/ask/conformance.ts';
import type { Reply } from '#test/support/world/world.ts';

const tenant = { id: 'ten_acme', name: 'Acme', status: 'active', createdAt: '2027-01-15T08:00:00.000Z', version: 1 };
const unknown = { type: 'about:blank', title: 'not found', status: 404, code: 'not_found', detail: 'No.' };

function reply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  const contentType = status < 400 ? 'application/json' : 'application/problem+json';
  const common = { 'content-type': contentType, 'cache-control': 'no-store', 'x-request-id': 'req-1' };
  const text = body === undefined ? '' : JSON.stringify(body);
  const tag = body === tenant && { etag: '"1"' };
  return { status, body, text, headers: new Headers({ ...common, ...tag, ...headers }) };
}

describe('a reply conforms to the OpenAPI document', () => {
  test.each<[string, string, Reply]>([
    ['GET', '/v1/tenants/ten_acme', reply(200, tenant)],
    ['GET', '/v1/tenants?limit=1', reply(200, { items: [tenant], nextCursor: 'x' })],
    ['GET', '/v1/tenants/ten_acme', reply(404, unknown)],
    ['DELETE', '/v1/tenants/ten_acme', reply(204, undefined)],
    [
      'PUT',
      '/v1/tenants',
      reply(405, { ...unknown, title: 'method not allowed', status: 405, code: 'method_not_allowed' }),
    ],
    ['GET', '/nowhere', reply(404, { message: 'Not Found' })],
  ])('%s %s', (method, path, given) => {
    expect(conformanceFaults(method, path, given)).toEqual([]);
  });
});

describe('a reply does not conform to the OpenAPI document', () => {
  const badToken = { error: 'invalid_dance', error_description: 'No.' };
  test.each<[string, string, Reply, string, string?]>([
    ['without a member', '/v1/tenants/ten_acme', reply(200, { id: 'ten_acme' }), 'body'],
    [
      'with an undeclared member',
      '/v1/tenants/ten_acme',
      reply(200, { ...tenant, hash: 'x' }),
      'members that the schema does not declare',
    ],
    ['with a body that is not declared', '/v1/tenants/ten_acme', reply(204, tenant), 'body', 'DELETE'],
    [
      'that caches may keep',
      '/v1/tenants/ten_acme',
      reply(200, tenant, { 'cache-control': 'public' }),
      'cache-control',
    ],
    ['with the ETag of another version', '/v1/tenants/ten_acme', reply(200, tenant, { etag: '"2"' }), 'etag'],
    ['with a version and without ETag', '/v1/tenants/ten_acme', reply(200, { ...tenant }), 'etag'],
    ['with an ETag of a list', '/v1/tenants', reply(200, { items: [tenant] }, { etag: '"1"' }), 'etag'],
    [
      'with another content type',
      '/v1/tenants/ten_acme',
      reply(200, tenant, { 'content-type': 'text/html' }),
      'content-type',
    ],
    [
      'with an error of another route',
      '/v1/tenants/ten_acme',
      reply(409, { ...unknown, status: 409, code: 'conflict' }),
      'an error that is not documented',
    ],
    ['with an error of another status', '/v1/tenants/ten_acme', reply(400, unknown), 'an error that is not documented'],
    [
      'with an error that says too much',
      '/v1/tenants/ten_acme',
      reply(404, { ...unknown, stack: 'x' }),
      'members of the error',
    ],
    [
      'with an undocumented OAuth error',
      '/oauth/token',
      reply(400, badToken),
      'an error that is not documented',
      'POST',
    ],
    ['with success at a path that does not exist', '/nowhere', reply(200, {}), 'no such path'],
  ])('%s', (_what, path, given, fault, method = 'GET') => {
    expect(conformanceFaults(method, path, given)).toContain(fault);
  });
});
