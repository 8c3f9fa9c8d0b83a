import { describe, expect, test } from 'vitest';
import { findRule, routeRules } from '#shared/domain/checks/route-rules.ts';

describe('Sound 2: a key of a rule', () => {
  test.each([
    '',
    'GET',
    'GET  /admin',
    'GET /admin ',
    ' GET /admin',
    'LINK /admin',
    'GET //admin',
    'GET /a/../admin',
    'GET /admin*',
    'GET /admin?all',
    'GET /%61dmin',
    'GET /{id',
    'GET /{}',
    'GET /report-{id}',
    'GET /{rest+}/admin',
    'GET /ädmin',
  ])('is refused if it is no route: %j', (route) => {
    expect(() => routeRules({ [route]: null })).toThrow(`"${route}" is no route: write a method or ANY, one space`);
  });

  test('may have each method or ANY, and characters that need no escape', () => {
    const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
    const paths = { '/': [], '/v1.2/~me/a:b': ['v1.2', '~me', 'a:b'], '/{id}/x': ['7', 'x'], '/{rest+}': ['7'] };
    const found = [...methods, 'ANY'].flatMap((method) =>
      Object.entries(paths).map(([path, segments]) => {
        const rules = routeRules({ [`${method} ${path}`]: null });
        return findRule(rules, { method: method === 'ANY' ? 'PUT' : method, segments })?.route;
      }),
    );
    expect(found).toEqual(
      [...methods, 'ANY'].flatMap((method) => Object.keys(paths).map((path) => `${method} ${path}`)),
    );
  });

  test('cannot be for the same route as another key', () => {
    const routes = { 'GET /reports/{id}': null, 'GET /reports/{name}': 'read:reports' };
    expect(() => routeRules(routes)).toThrow('"GET /reports/{id}" and "GET /reports/{name}" are the same route');
  });
});

describe('Sound 2: the rule of a request', () => {
  const rules = routeRules({
    'ANY /': null,
    'GET /{a}/{b}': null,
    'ANY /reports/{id}': null,
    'GET /reports/{id}': null,
    'GET /reports/public': null,
    'ANY /admin/{rest+}': null,
    'ANY /{rest+}': null,
  });

  test.each([
    ['GET', [], 'ANY /'],
    ['GET', ['reports', 'public'], 'GET /reports/public'],
    ['GET', ['reports', '7'], 'GET /reports/{id}'],
    ['PUT', ['reports', 'public'], 'ANY /reports/{id}'],
    ['GET', ['admin', 'users'], 'GET /{a}/{b}'],
    ['PUT', ['admin', 'users'], 'ANY /admin/{rest+}'],
    ['GET', ['Reports'], 'ANY /{rest+}'],
    ['TRACE', ['reports'], undefined],
    ['get', ['reports'], undefined],
  ])('is the most exact of all that match: %s %j', (method, segments, route) => {
    expect(findRule(rules, { method, segments })?.route).toBe(route);
  });
});
