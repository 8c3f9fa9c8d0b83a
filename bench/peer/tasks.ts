import { deepStrictEqual, partialDeepStrictEqual } from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { formRequest, type Request } from '../requests.ts';
import type { Contender } from './contender.ts';
import { LEDGER, LIFETIME_SECONDS, SCOPE } from './ledger.ts';

/** A request that both contenders serve. */
export interface Task {
  readonly name: string;
  /** The highest allowed ratio of Mintmark's CPU time to the peer's. */
  readonly ratioMax: number;
  readonly request: (contender: Contender) => Request;
  /** @throws AssertionError if the response is wrong */
  readonly checkAnswer: (contender: Contender, status: number, body: unknown) => void;
}

/** The compared requests: exchange and introspection. */
export const tasks: readonly Task[] = [
  {
    name: 'exchange',
    ratioMax: 0.6,
    request: ({ client }) =>
      formRequest('/oauth/token', client, { grant_type: 'client_credentials', resource: LEDGER, scope: SCOPE }),
    checkAnswer: ({ client }, status, body) => {
      const { access_token: token, ...rest } = body as { access_token: string };
      deepStrictEqual(
        { status, ...rest },
        { status: 200, token_type: 'Bearer', expires_in: LIFETIME_SECONDS, scope: SCOPE },
      );
      partialDeepStrictEqual(decodeProtectedHeader(token), { alg: 'ES256', typ: 'at+jwt' });
      partialDeepStrictEqual(decodeJwt(token), { aud: LEDGER, client_id: client.clientId, scope: SCOPE });
    },
  },
  {
    name: 'introspection',
    ratioMax: 0.7,
    request: ({ client, introspected }) =>
      formRequest('/oauth/introspect', client, { token: introspected, token_type_hint: 'access_token' }),
    checkAnswer: ({ client }, status, body) =>
      partialDeepStrictEqual(
        { status, body },
        { status: 200, body: { active: true, aud: LEDGER, client_id: client.clientId, scope: SCOPE } },
      ),
  },
];
