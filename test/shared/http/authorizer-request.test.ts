import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { tokenIn } from '#shared/http/authorizer-request.ts';

const DOMAIN = 'abc.execute-api.eu-central-1.amazonaws.com';
const headers = { authorization: 'DPoP a.b.c', dpop: 'proof', host: 'evil.example.com' };

/** As much of the event of an HTTP API as says where the request went; its path comes decoded. */
function httpEvent(path: string, changes: object = {}) {
  const event = { type: 'REQUEST', routeKey: 'GET /reports', headers, ...changes };
  const requestContext = { domainName: DOMAIN, http: { method: 'GET', path } };
  return { ...event, requestContext } as unknown as APIGatewayRequestAuthorizerEventV2;
}

/** The same of a REST API; its path comes with the stage, and as it was sent. */
function restEvent(path: string, changes: object = {}) {
  const event = { type: 'REQUEST', httpMethod: 'GET', headers, multiValueHeaders: null, ...changes };
  return { ...event, requestContext: { domainName: DOMAIN, path } } as unknown as APIGatewayRequestAuthorizerEvent;
}

describe('the token of an authorizer’s event', () => {
  const proof = (url: string) => ({ value: 'proof', method: 'GET', url });

  test.each([
    ['an HTTP API', httpEvent('/reports/ä b'), `https://${DOMAIN}/reports/%C3%A4%20b`],
    ['a REST API', restEvent('/prod/reports/%C3%A4%20b'), `https://${DOMAIN}/prod/reports/%C3%A4%20b`],
  ])('comes at %s with a proof about the domain that API Gateway names, not the Host header', (_api, event, url) => {
    expect(tokenIn(event, undefined)).toEqual({ scheme: 'DPoP', value: 'a.b.c', proof: proof(url) });
  });

  test.each([httpEvent('/reports'), restEvent('/reports')])('goes by the origin of the deployment', (event) => {
    expect(tokenIn(event, 'https://api.example.com')?.proof).toEqual(proof('https://api.example.com/reports'));
  });

  test.each([
    ['an HTTP API', httpEvent('/reports', { headers: { ...headers, dpop: 'one,two' } })],
    [
      'a REST API',
      restEvent('/reports', {
        multiValueHeaders: { DPoP: ['one', 'two'] },
        headers: { authorization: headers.authorization },
      }),
    ],
  ])('E7: has all of several proofs in one at %s, which is none', (_api, event) => {
    expect(tokenIn(event, undefined)?.proof?.value).toBe('one,two');
  });

  test('has no proof where none was sent, and in an event that shows none', () => {
    const { authorization } = headers;
    const token = { type: 'TOKEN', methodArn: 'arn', authorizationToken: authorization } as const;
    const events = [httpEvent('/reports', { headers: { authorization } }), token];
    expect(events.map((event) => tokenIn(event, undefined)?.proof)).toEqual([undefined, undefined]);
    expect(tokenIn(httpEvent('/reports', { headers: {} }), undefined)).toBeUndefined();
  });
});
