import { describe, expect, test } from 'vitest';
import { functionRoutes } from '#infra/routes.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Reply } from '#test/support/world/world.ts';

const YEAR_SECONDS = 31_536_000;

const world = useWorld();
const acme = useAcme(world);

describe('a cache', () => {
  const grant = { grant_type: 'client_credentials' };
  const replies: readonly (readonly [string, number, () => Promise<Reply>])[] = [
    ['a token', 200, () => world.post('/oauth/token', acme.tenantToken, grant)],
    ['a refused grant', 400, () => world.post('/oauth/token', acme.tenantToken, {})],
    ['a refused client', 401, () => world.post('/oauth/token', undefined, grant)],
    ['a refused method', 405, () => world.send('GET', '/oauth/token')],
    ['a body too large', 413, () => world.post('/oauth/token', acme.tenantToken, { x: 'y'.repeat(70_000) })],
    ['an introspection', 200, () => introspect(world.tokenFor(acme.tenantToken))],
    ['an introspection of nothing', 200, () => introspect('x')],
    ['a refused introspection', 401, () => world.post('/oauth/introspect', undefined, { token: 'x' })],
    ['a revocation', 200, () => world.post('/oauth/revoke', acme.tenantToken, { token: 'x' })],
    ['a refused revocation', 400, () => world.post('/oauth/revoke', acme.tenantToken, {})],
    ['a new secret', 201, () => createApiToken({ description: 'x' })],
    ['a refused creation', 400, () => createApiToken({})],
    ['an unknown id', 404, () => world.manage('GET', '/v1/tenants/ten_unknown')],
    ['a missing permission', 401, () => world.send('GET', '/v1/tenants')],
    ['a list', 200, () => world.manage('GET', `/v1/tenants/${acme.tenantId}/api-tokens`)],
  ];

  test.each(replies)('A15: keeps no copy of %s', async (_what, status, request) => {
    const reply = await request();
    expect(reply.status).toBe(status);
    expect([reply.headers.get('cache-control'), reply.headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
  });

  const introspect = async (token: string | Promise<string>) =>
    world.post('/oauth/introspect', acme.tenantToken, { token: await token });
  const createApiToken = (body: unknown) => world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, body);
});

describe('a browser', () => {
  const methodsOf = (method: string) => (method === 'ANY' ? ['GET', 'OPTIONS'] : [method]);
  const routes = functionRoutes().flatMap(({ method, path }) =>
    methodsOf(method).map((one) => ({ method: one, path: path === '$default' ? '/unknown' : path })),
  );
  const unprotected = ['server', 'x-powered-by'];

  test.each(routes)(
    'A20: is told to keep to HTTPS and to the content type by $method $path',
    async ({ method, path }) => {
      const reply = await world.send(method, path.replaceAll(/\{\w+\}/g, 'some_id'));
      const maxAge = /^max-age=(\d+); includeSubDomains$/.exec(
        reply.headers.get('strict-transport-security') ?? '',
      )?.[1];
      expect(Number(maxAge)).toBeGreaterThanOrEqual(YEAR_SECONDS);
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect(unprotected.filter((name) => reply.headers.has(name))).toEqual([]);
    },
  );

  test('A20: is told the same with a success and with a secret', async () => {
    const replies = [
      await world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials' }),
      await world.manage('POST', '/v1/tenants', { name: 'Initech' }),
      await world.manage('GET', '/v1/tenants'),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 201, 200]);
    expect(replies.map(({ headers }) => headers.get('x-content-type-options'))).toEqual(Array(3).fill('nosniff'));
    expect(replies.map(({ headers }) => headers.has('strict-transport-security'))).toEqual(Array(3).fill(true));
  });

  test('A15: may keep the public documents for five minutes', async () => {
    const paths = [
      '/.well-known/jwks.json',
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
    ];
    const replies = await Promise.all(paths.map((path) => world.send('GET', path)));
    expect(replies.map(({ headers }) => headers.get('cache-control'))).toEqual(Array(3).fill('public, max-age=300'));
  });
});
