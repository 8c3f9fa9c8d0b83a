import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { routedRequestIn, tokenIn } from '#shared/http/authorizer-request.ts';

const DOMAIN = 'abc.execute-api.eu-central-1.amazonaws.com';
const headers = { authorization: 'DPoP a.b.c', dpop: 'proof', host: 'evil.example.com' };

/** The members of an HTTP API's event that say where the request went. Its path is decoded. */
function httpEvent(path: string, changes: object = {}) {
  const event = { type: 'REQUEST', routeKey: 'GET /reports', headers, ...changes };
  const requestContext = { domainName: DOMAIN, http: { method: 'GET', path } };
  return { ...event, requestContext } as unknown as APIGatewayRequestAuthorizerEventV2;
}

/** The members of a REST API's event that say where the request went. Its path has the stage, and is not decoded. */
function restEvent(path: string, changes: object = {}) {
  const event = { type: 'REQUEST', httpMethod: 'GET', headers, multiValueHeaders: null, ...changes };
  return { ...event, requestContext: { domainName: DOMAIN, path } } as unknown as APIGatewayRequestAuthorizerEvent;
}

describe('the token of an authorizer’s event', () => {
  const proof = (url: string) => ({ value: 'proof', method: 'GET', url });

  test.each([
    ['an HTTP API', httpEvent('/reports/ä b'), `https://${DOMAIN}/reports/%C3%A4%20b`],
    ['a REST API', restEvent('/prod/reports/%C3%A4%20b'), `https://${DOMAIN}/prod/reports/%C3%A4%20b`],
  ])('has at %s a proof for the domain that API Gateway names, not for the Host header', (_api, event, url) => {
    expect(tokenIn(event, undefined)).toEqual({ scheme: 'DPoP', value: 'a.b.c', proof: proof(url) });
  });

  test.each([httpEvent('/reports'), restEvent('/reports')])(
    'has a proof for the origin of the deployment, if there is one',
    (event) => {
      expect(tokenIn(event, 'https://api.example.com')?.proof).toEqual(proof('https://api.example.com/reports'));
    },
  );

  test.each([
    ['an HTTP API', httpEvent('/reports', { headers: { ...headers, dpop: 'one,two' } })],
    [
      'a REST API',
      restEvent('/reports', {
        multiValueHeaders: { DPoP: ['one', 'two'] },
        headers: { authorization: headers.authorization },
      }),
    ],
  ])('E7: has at %s all of several proofs joined, which is not a valid proof', (_api, event) => {
    expect(tokenIn(event, undefined)?.proof?.value).toBe('one,two');
  });

  test('has no proof if none was sent, and in an event without headers', () => {
    const { authorization } = headers;
    const token = { type: 'TOKEN', methodArn: 'arn', authorizationToken: authorization } as const;
    const events = [httpEvent('/reports', { headers: { authorization } }), token];
    expect(events.map((event) => tokenIn(event, undefined)?.proof)).toEqual([undefined, undefined]);
    expect(tokenIn(httpEvent('/reports', { headers: {} }), undefined)).toBeUndefined();
  });
});

describe('Sound 2: the request that an authorizer decides about', () => {
  const routed = (routeKey: string, pathParameters?: object) =>
    routedRequestIn(httpEvent('/stage/base/reports/7', { routeKey, pathParameters }));

  test.each([
    ['ANY /', undefined, []],
    ['GET /reports/', undefined, ['reports']],
    ['GET /reports/{id}/parts', { id: 'a/b' }, ['reports', 'a/b', 'parts']],
    ['ANY /{rest+}', { rest: 'reports/7/' }, ['reports', '7']],
    ['GET /{toString}', { toString: 'a' }, ['a']],
  ])('is at an HTTP API the route %s with its variables, without stage and base path', (route, variables, segments) => {
    expect(routed(route, variables)).toEqual({ method: 'GET', segments });
  });

  test.each([
    ['$default', undefined],
    ['GET /reports/{id}', undefined],
    ['GET /{rest+}', { id: '7' }],
  ])('is unknown at an HTTP API by %s without a value for each variable', (route, variables) => {
    expect(routed(route, variables)).toBeUndefined();
  });

  const atRest = (end: string) =>
    routedRequestIn(restEvent('', { methodArn: `arn:aws:execute-api:eu-central-1:111122223333:abc/prod/${end}` }));

  test.each([
    ['GET/', []],
    ['GET/reports/%C3%A4%20b/', ['reports', 'ä b']],
    ['GET/reports/a%2Fb', ['reports', 'a/b']],
    ['GET/reports//', ['reports', '']],
  ])('is at a REST API the end of the method ARN, decoded: %s', (end, segments) => {
    expect(atRest(end)).toEqual({ method: 'GET', segments });
  });

  test('is unknown at a REST API by a path with a malformed escape', () => {
    expect(atRest('GET/reports/100%')).toBeUndefined();
  });
});
