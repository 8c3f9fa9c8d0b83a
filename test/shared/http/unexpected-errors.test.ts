import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { handler as exchange } from '#functions/exchange.ts';
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { type ErrorStyle, lambdaTable } from '#shared/api/table.ts';
import { lambda } from '#shared/http/lambda.ts';
import { openExchange } from '#test/support/ports/exchange-ports.ts';
import { eventsOf, httpApiEvent } from '#test/support/ports/gateway-events.ts';

const SECRET = 'canary-secret';

const HEADERS = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Referrer-Policy': 'no-referrer',
  'x-request-id': 'request-1',
};

/** The headers of a public document, which pages of all origins may read. */
const DOCUMENT_HEADERS = {
  ...HEADERS,
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
};

const oauthReply = {
  statusCode: 500,
  headers: { ...DOCUMENT_HEADERS, 'content-type': 'application/json' },
  body: '{"error":"server_error","error_description":"Something went wrong on our side."}',
};

const problemReply = {
  statusCode: 500,
  headers: { ...DOCUMENT_HEADERS, 'content-type': 'application/problem+json' },
  body: JSON.stringify({
    type: 'about:blank',
    title: 'server error',
    status: 500,
    code: 'server_error',
    detail: 'Something went wrong on our side.',
  }),
};

/** A function whose only operation fails in this way. */
function failing(errors: ErrorStyle, fail: () => Promise<never>) {
  const table = lambdaTable({
    name: 'things',
    purpose: 'Fails.',
    grants: [],
    routes: {
      getThing: {
        method: 'GET',
        path: '/v1/things',
        summary: 'Get a thing',
        caller: 'anyone',
        errors,
        reply: { status: 200, description: 'Never', schema: z.object({}) },
      },
    },
  });
  const adapters = { ...ambient, issuer: () => 'https://auth.example.com' };
  return lambda(table, adapters, { getThing: fail });
}

describe('a value that an operation throws', () => {
  const cause = new TypeError(SECRET);
  const thrown = [
    ['an error', new Error(SECRET, { cause })],
    ['an error with a status of its own', Object.assign(new Error(SECRET), { statusCode: 200, expose: true })],
    ['an error that names itself', Object.assign(new Error(SECRET), { name: SECRET, code: 'invalid_client' })],
    ['a text', SECRET],
    ['an object', { statusCode: 302, body: SECRET }],
    ['a number', 200],
  ] as const;

  test.each(thrown)('A19: becomes a server_error without details: %s', async (_what, value) => {
    const events = Object.values(eventsOf({ method: 'GET', route: '/v1/things' }));
    const fail = vi.fn(() => Promise.reject(value));
    const answer = async (errors: ErrorStyle) =>
      Promise.all(events.map((event) => failing(errors, fail)(event, lambdaContext('things', 3_000))));
    expect(await answer('oauth')).toEqual(events.map(() => oauthReply));
    expect(await answer('problem')).toEqual(events.map(() => problemReply));
    expect(fail).toHaveBeenCalledTimes(2 * events.length);
  });
});

describe('an operation that does not end', () => {
  test('INV8: is answered with temporarily_unavailable, shortly before Lambda would end it', async () => {
    const neverEnding = () => new Promise<never>(() => {});
    const event = httpApiEvent({ method: 'GET', route: '/v1/things' });
    expect(await failing('oauth', neverEnding)(event, lambdaContext('things', 50))).toEqual({
      statusCode: 503,
      headers: { ...DOCUMENT_HEADERS, 'content-type': 'application/json', 'retry-after': '1' },
      body: '{"error":"temporarily_unavailable","error_description":"A service that this request needs did not answer. Try again."}',
    });
  });
});

describe('an error that an adapter throws', () => {
  test.each(['records', 'pepper', 'hasher', 'signer', 'issuer'] as const)(
    'A19: becomes a server_error without details, in the adapter of %s',
    async (port) => {
      const { adapters, clientId, clientSecret } = await openExchange();
      const broken = () => {
        throw new Error(SECRET);
      };
      const handler = exchange.with({ ...adapters, [port]: broken });
      const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
      const headers = [
        ['authorization', authorization] as const,
        ['content-type', 'application/x-www-form-urlencoded'] as const,
      ];
      const event = httpApiEvent({
        method: 'POST',
        route: '/oauth/token',
        headers,
        body: 'grant_type=client_credentials',
      });
      expect(await handler(event, lambdaContext('exchange', 3_000))).toEqual({
        ...oauthReply,
        headers: { ...HEADERS, 'content-type': 'application/json', vary: 'Origin' },
      });
    },
  );
});
