import { describe, expect, test } from 'vitest';
import { type LambdaTable, methodsOf, type Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const routes: readonly Route[] = (tables as readonly LambdaTable[]).flatMap((table) => Object.values(table.routes));

/** Each path with the methods of all functions that serve it. */
const paths = [...Map.groupBy(routes, ({ path }) => path)].map(([path, at]) => ({
  path,
  served: at.flatMap(methodsOf),
  style: at[0]?.errors === 'oauth' ? 'application/json' : 'application/problem+json',
}));

/** Whether a request is a preflight of the management API, which answers all of them. */
const isPreflight = (path: string, method: string) => method === 'OPTIONS' && path.startsWith('/v1/');

/** Whether API Gateway takes a path such as `…/secrets/rotate` for `…/secrets/{secretId}` with this method. */
const isTakenForId = (path: string, method: string) =>
  paths.some(
    ({ path: other, served }) =>
      other !== path && served.includes(method) && new RegExp(`^${other.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );

const refused = paths.flatMap(({ served, ...about }) =>
  METHODS.filter(
    (method) => !served.includes(method) && !isPreflight(about.path, method) && !isTakenForId(about.path, method),
  ).map((method) => ({
    method,
    served,
    ...about,
  })),
);

/** Fills the variables of a path with an id. */
const withIds = (path: string) => path.replaceAll(/\{\w+\}/g, 'abc_0000000000000000000000');

describe('a method that a path does not serve', () => {
  test.each(refused)('is refused with the methods of all its functions: $method $path', async (one) => {
    const { status, headers, text } = await world.send(one.method, withIds(one.path));
    const allowed = headers.get('allow')?.split(', ').toSorted();
    expect([status, allowed, headers.get('content-type')]).toEqual([405, one.served.toSorted(), one.style]);
    expect(text === '').toBe(one.method === 'HEAD');
  });
});

describe('a path that no route has', () => {
  const problem = {
    type: 'about:blank',
    title: 'not found',
    status: 404,
    code: 'not_found',
    detail: 'There is no such resource, or you may not see it.',
  };

  test.each(['/', '/v1', '/v1/', '/v2/tenants', '/.env', '/wp-login.php', '/oauth', '/oauth/token/x', '/V1/tenants'])(
    'is a problem with the code not_found: %s',
    async (path) => {
      const { status, headers, body } = await world.send('GET', path);
      expect([status, body, headers.get('allow')]).toEqual([404, problem, null]);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).not.toBeNull();
    },
  );

  test.each(METHODS.filter((method) => method !== 'OPTIONS'))('is not found with %s either', async (method) => {
    const { status, text } = await world.send(method, '/v1/nothing');
    expect([status, text === '']).toEqual([404, method === 'HEAD']);
  });

  test('is not found with a slash before it, although API Gateway may show the path without it', async () => {
    const { status, headers } = await world.send('GET', '//.well-known/jwks.json');
    expect([status, headers.get('allow')]).toEqual([404, null]);
  });

  test('is not repeated in the answer', async () => {
    const { text } = await world.send('GET', '/v1/nothing-of-this-kind');
    expect(text).not.toContain('nothing-of-this-kind');
  });
});
