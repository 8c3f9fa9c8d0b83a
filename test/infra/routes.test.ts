import { expect, test } from 'vitest';
import { functionRoutes } from '#infra/routes.ts';

test('a path has one route of API Gateway, except where nothing can be read, guesses come in, or two functions serve it', () => {
  const byPath = Map.groupBy(functionRoutes(), ({ path }) => path);
  const divided = ['POST', 'ANY'];
  const methods = [...byPath].map(([path, routes]) => [path, routes.map(({ method }) => method)] as const);
  // Preflights of pages come by a route of their own, because they take no signature.
  const withPreflight = ['POST', 'OPTIONS'];
  expect(Object.fromEntries(methods.filter(([, listed]) => listed.length > 1))).toEqual({
    '/oauth/token': withPreflight,
    '/oauth/revoke': withPreflight,
    '/login/link': ['ANY', 'POST'],
    '/login/{interactionId}/code': ['ANY', 'POST'],
    '/v1/me/api-tokens': divided,
    '/v1/tenants/{tenantId}/api-tokens': divided,
    '/v1/tenants/{tenantId}/members/{userId}/api-tokens': divided,
  });
});
