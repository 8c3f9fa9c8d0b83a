import { deepStrictEqual, match, partialDeepStrictEqual } from 'node:assert/strict';
import { type Functions, type Mode, REPORTS, reportsPath } from './deployment.ts';
import { invocation } from './invocation.ts';
import { authorizerEvent, bearerRequest, type Credentials, formRequest, proxyEvent, type Request } from './requests.ts';
import type { Workspace } from './workspace.ts';

/** How often something is done: unmeasured at first, then measured. */
export interface Counts {
  readonly warmUp: number;
  readonly measured: number;
}

/** bcrypt takes its time, so there are fewer of these. */
export const COLD: Counts = { warmUp: 5, measured: 40 };
const WARM: Counts = { warmUp: 100, measured: 500 };

/** One kind of request. */
export interface Case {
  readonly name: string;
  readonly counts: Counts;
  /** The request with this number; every run counts from zero. */
  readonly request: (number: number) => Request;
  /** @throws AssertionError for an answer over HTTP that is not right */
  readonly checkAnswer: (status: number, body: unknown) => void;
  /** Calls the handler in this process. */
  readonly invoke: (request: Request) => Promise<unknown>;
  /** @throws AssertionError for a result of the handler that is not right */
  readonly checkResult: (result: unknown) => void;
}

/** Everything that is measured, over the handlers of this process, one set for each mode of the authorizer. */
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

/** One that no earlier request used: else its secret would be known, and bcrypt not asked. */
function newClient(clients: readonly Credentials[], number: number): Credentials {
  const client = clients[number];
  if (client === undefined) throw new Error('There are fewer new clients than requests.');
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
