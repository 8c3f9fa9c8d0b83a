import { deepStrictEqual, match, partialDeepStrictEqual } from 'node:assert/strict';
import { type Functions, type Mode, REPORTS, reportsPath } from './deployment.ts';
import { invocation } from './invocation.ts';
import { authorizerEvent, bearerRequest, type Credentials, formRequest, proxyEvent, type Request } from './requests.ts';
import type { Workspace } from './workspace.ts';

/** How many requests are sent: first without measurement, then measured. */
export interface Counts {
  readonly warmUp: number;
  readonly measured: number;
}

/** Each request compares a secret with bcrypt, which is slow, so there are fewer requests. */
export const COLD: Counts = { warmUp: 5, measured: 40 };
const WARM: Counts = { warmUp: 100, measured: 500 };

/** A kind of request to measure. */
export interface Case {
  readonly name: string;
  readonly counts: Counts;
  /** Makes the request with this number. Each run counts from zero. */
  readonly request: (number: number) => Request;
  /** @throws AssertionError if the HTTP response is wrong */
  readonly checkAnswer: (status: number, body: unknown) => void;
  /** Calls the handler in this process. */
  readonly invoke: (request: Request) => Promise<unknown>;
  /** @throws AssertionError if the result of the handler is wrong */
  readonly checkResult: (result: unknown) => void;
}

/** Returns all measured cases. They use the handlers of this process, with one set for each mode of the authorizer. */
export function casesOf(workspace: Workspace, functions: Readonly<Record<Mode, Functions>>): readonly Case[] {
  const { client, accessToken, newClients } = workspace;
  const { exchange, introspect, discovery } = functions.online;
  return [
    ofFunction('exchange, new client', COLD, exchange, {
      request: (number) => tokenRequest(newClient(newClients, number)),
      checkAnswer: checkToken,
    }),
    ofFunction('exchange, known client', WARM, exchange, {
      request: () => tokenRequest(client),
      checkAnswer: checkToken,
    }),
    ofFunction('introspect', WARM, introspect, {
      request: () => formRequest('/oauth/introspect', client, { token: accessToken }),
      checkAnswer: (status, body) => checkIntrospection(client, status, body),
    }),
    ofAuthorizer('offline', functions.offline, accessToken),
    ofAuthorizer('online', functions.online, accessToken),
    ofFunction('JWKS', WARM, discovery, {
      request: () => ({ method: 'GET', path: '/.well-known/jwks.json', headers: {} }),
      checkAnswer: checkKeys,
    }),
  ];
}

type Proxy = Functions['exchange'] | Functions['introspect'] | Functions['discovery'];

function ofFunction(
  name: string,
  counts: Counts,
  handler: Proxy,
  { request, checkAnswer }: Pick<Case, 'request' | 'checkAnswer'>,
): Case {
  return {
    name,
    counts,
    request,
    checkAnswer,
    invoke: (sent) => handler(proxyEvent(sent) as never, invocation(name)),
    checkResult: (result) => {
      const { statusCode, body } = result as { statusCode: number; body: string };
      checkAnswer(statusCode, JSON.parse(body));
    },
  };
}

function ofAuthorizer(mode: Mode, { authorizer }: Functions, accessToken: string): Case {
  return {
    name: `authorizer, ${mode}`,
    counts: WARM,
    request: () => bearerRequest('GET', reportsPath(mode), accessToken),
    checkAnswer: (status, body) => deepStrictEqual({ status, body }, { status: 200, body: { reports: [] } }),
    invoke: (sent) => authorizer(authorizerEvent(sent), invocation('authorizer')),
    checkResult: (result) =>
      partialDeepStrictEqual(result, { isAuthorized: true, context: { permissions: 'read:reports' } }),
  };
}

/**
 * Returns a client that no earlier request has used. The process would remember its secret, and bcrypt would not run.
 */
function newClient(clients: readonly Credentials[], number: number): Credentials {
  const client = clients[number];
  if (client === undefined) throw new Error('There are more requests than new clients.');
  return client;
}

function tokenRequest(client: Credentials): Request {
  return formRequest('/oauth/token', client, { grant_type: 'client_credentials', audience: REPORTS });
}

function checkToken(status: number, body: unknown): void {
  const { access_token: token, ...rest } = body as { access_token: string };
  const expected = { status: 200, token_type: 'Bearer', expires_in: 3_600, scope: 'read:reports' };
  deepStrictEqual({ status, ...rest }, expected);
  match(token, /^eyJ[\w-]+\.[\w-]+\.[\w-]{342}$/);
}

function checkIntrospection({ clientId }: Credentials, status: number, body: unknown): void {
  const expected = { active: true, aud: REPORTS, client_id: clientId, scope: 'read:reports' };
  partialDeepStrictEqual({ status, body }, { status: 200, body: expected });
}

function checkKeys(status: number, body: unknown): void {
  const { keys } = body as { keys: readonly { readonly alg: string }[] };
  deepStrictEqual(
    { status, algorithms: keys.map(({ alg }) => alg) },
    { status: 200, algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  );
}
