import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handler } from '#functions/authorizer.ts';
import type { GatewayAuthorizer } from '#infra/local/gateway/configuration.ts';
import { createHttpApi } from '#infra/local/gateway/http-api/http-api.ts';
import { createLambdaRuntime } from '#infra/local/gateway/lambda-runtime.ts';
import { createRestApi } from '#infra/local/gateway/rest-api/rest-api.ts';
import type { TokenClaims } from '#shared/domain/tokens/claims.ts';

const AUDIENCE = 'urn:reports';

type Routes = Readonly<Record<string, string | null>>;

const claims: TokenClaims = {
  iss: 'https://auth.example.com',
  sub: 'srv_1',
  aud: AUDIENCE,
  iat: 0,
  nbf: 0,
  exp: 60,
  jti: 'tok_1',
  client_id: 'cli_1',
  scope: 'held',
};

/** An authorizer with these rules. All tokens that it sees are valid and have the permission `held` alone. */
function authorizerWith(routes: Routes) {
  const MINTMARK_PROTECTED_API = JSON.stringify({ audience: AUDIENCE, mode: 'offline', routes });
  return handler.with({
    environment: () => (variable) => (variable === 'MINTMARK_PROTECTED_API' ? MINTMARK_PROTECTED_API : '{}'),
    clock: () => ({ nowSeconds: () => 0 }),
    verifier: () => ({ algorithms: [], verify: async () => ({ claims, keyId: 'key_1' }) as never }),
  });
}

/** Says what a request gets behind the authorizer: from an HTTP API, and from a REST API with each kind of authorizer. */
function gatewaysWith(routes: Routes) {
  const lambda = createLambdaRuntime({
    timeoutMilliseconds: 10_000,
    report: ({ error }) => expect.unreachable(`${error}`),
  });
  const ports = { lambda, nowMilliseconds: () => 0 };
  const guard = { handler: authorizerWith(routes), resultTtlSeconds: 0 };
  const behind = (authorizer: GatewayAuthorizer) =>
    ['/', '/{proxy+}'].map((path) => ({ method: 'ANY', path, handler: () => ({ statusCode: 200 }), authorizer }));
  const forRest = { ...guard, identitySources: ['method.request.header.Authorization'] };
  const apis = [
    createHttpApi(behind({ ...guard, identitySources: ['$request.header.Authorization'] }), ports),
    ...(['TOKEN', 'REQUEST'] as const).map((type) => {
      const api = createRestApi({ stage: 'prod', routes: behind({ ...forRest, type }) }, ports);
      return (request: Parameters<typeof api>[0]) => api({ ...request, path: `/prod${request.path}` });
    }),
  ];
  return (method: string, path: string) => {
    const request = {
      method,
      path,
      rawQueryString: '',
      headers: [['authorization', 'Bearer a.b.c'] as const],
      body: Buffer.alloc(0),
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.1',
      clientCert: undefined,
    };
    return Promise.all(apis.map(async (api) => (await api(request)).statusCode));
  };
}

const OPEN = [200, 200, 200];
const CLOSED = [403, 403, 403];

describe('Sound 1: an authorizer decides about the path of the request', () => {
  test.each([
    ['/reports/7', OPEN],
    ['/reports/7/', OPEN],
    ['/reports/7/members/1', CLOSED],
    ['/reports/7/secrets', CLOSED],
    ['/reports/7/secrets/', CLOSED],
    ['/reports/', CLOSED],
    ['/reports', CLOSED],
  ])('%s, segment by segment and without a slash at the end', async (path, expected) => {
    const visit = gatewaysWith({ 'GET /reports/{id}': 'held', 'GET /reports/{id}/secrets': 'missing' });
    expect(await visit('GET', path)).toEqual(expected);
  });

  test('and a refused variable does not close an allowed path beside it', async () => {
    const visit = gatewaysWith({ 'GET /reports/{id}': 'missing', 'GET /reports/public': null });
    expect([await visit('GET', '/reports/public'), await visit('GET', '/reports/7')]).toEqual([OPEN, CLOSED]);
  });

  test.each(['/reports//7', '/reports/./7', '/reports/x/../7', '/reports/%2e%2e/7', '/reports/*', '//', '/reports//'])(
    'and opens no path that can be read in two ways: %s',
    async (path) => {
      const visit = gatewaysWith({ 'ANY /': null, 'ANY /{rest+}': null });
      expect(await visit('GET', path)).toEqual(CLOSED);
    },
  );

  test('and names the one method ARN in the policy', async () => {
    const methodArn = 'arn:aws:execute-api:eu-central-1:111122223333:abc/prod/GET/reports/7/';
    const event = { type: 'TOKEN', methodArn, authorizationToken: 'Bearer a.b.c' } as const;
    const policies = ['held', 'missing'].map(async (needed) => {
      const answer = await authorizerWith({ 'GET /reports/{id}': needed })(event, {} as never);
      return 'policyDocument' in answer && answer.policyDocument;
    });
    const about = (Effect: string) => ({
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: [methodArn] }],
    });
    expect(await Promise.all(policies)).toEqual([about('Allow'), about('Deny')]);
  });
});

describe('Sound 2: HTTP APIs and REST APIs decide alike', () => {
  test('ANY is each method, and the more exact route decides', async () => {
    const visit = gatewaysWith({ 'GET /{proxy+}': 'held', 'ANY /admin': 'missing' });
    const seen = [
      ['GET', '/admin'],
      ['GET', '/admin/'],
      ['POST', '/admin'],
      ['GET', '/other'],
    ] as const;
    expect(await Promise.all(seen.map(([method, path]) => visit(method, path)))).toEqual([
      CLOSED,
      CLOSED,
      CLOSED,
      OPEN,
    ]);
  });

  test('for any rules and any path they agree with a plain reference', async () => {
    await fc.assert(
      fc.asyncProperty(anyRules, fc.array(anyRequest, { minLength: 5, maxLength: 20 }), async (rules, requests) => {
        const visit = gatewaysWith(Object.fromEntries(rules));
        for (const [method, path] of requests) {
          const expected = isOpen(rules, method, path) ? OPEN : CLOSED;
          expect({ method, path, seen: await visit(method, path) }).toEqual({ method, path, seen: expected });
        }
      }),
      { numRuns: 200 },
    );
  });
});

type Rule = readonly [route: string, permission: string | null];

const anyMethod = fc.constantFrom('GET', 'POST', 'ANY');
const anyPattern = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', '{x}'), { maxLength: 3 }), fc.constantFrom([], [], ['{rest+}']))
  .map((parts) => `/${parts.flat().join('/')}`);
const anyRule: fc.Arbitrary<Rule> = fc.tuple(
  fc.tuple(anyMethod, anyPattern).map((parts) => parts.join(' ')),
  fc.constantFrom('held', 'missing', null),
);
const anyRules = fc.uniqueArray(anyRule, { selector: ([route]) => route, maxLength: 8 });
const anyPath = fc
  .array(fc.constantFrom('a', 'b', 'c', '%61', 'A', '', '.', '..', 'a*'), { maxLength: 5 })
  .map((segments) => `/${segments.join('/')}`);
const anyRequest = fc.tuple(fc.constantFrom('GET', 'POST', 'HEAD'), anyPath);

/** The reference: reads each rule as a regular expression, and takes the first match in the order of precedence. */
function isOpen(rules: readonly Rule[], method: string, sent: string): boolean {
  const decoded = decodeURIComponent(sent);
  if (/\/\/|\/\.{1,2}(?:\/|$)|\*/.test(decoded)) return false;
  const path = decoded.replace(/(.)\/$/, '$1');
  const ranks: Record<string, string> = { '{x}': '1', '{rest+}': '2' };
  const fitting = rules.flatMap(([route, permission]) => {
    const [verb = '', pattern = ''] = route.split(' ');
    const expression = pattern.replace('{rest+}', '.+').replaceAll('{x}', '[^/]+');
    if ((verb !== method && verb !== 'ANY') || !new RegExp(`^${expression}$`).test(path)) return [];
    const order = pattern.split('/').map((segment) => ranks[segment] ?? '0');
    return [{ order: `${pattern.endsWith('+}') ? 1 : 0}${order.join('')}${verb === 'ANY' ? 1 : 0}`, permission }];
  });
  const [first] = fitting.toSorted((one, other) => (one.order < other.order ? -1 : 1));
  return first !== undefined && first.permission !== 'missing';
}
