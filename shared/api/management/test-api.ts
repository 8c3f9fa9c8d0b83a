import * as z from 'zod';
import { id, jsonValue } from '../fields/fields.ts';
import { shownOnce } from '../fields/shown-once.ts';
import { lambdaTable } from '../table.ts';

const SCOPE_CHARACTERS = 8_192;

const EXAMPLE_CLIENT = 'cli_2Vq0mTzXwYbH8KdR5nCs1E';

const example = {
  tokenResponse: {
    access_token: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9…',
    token_type: 'Bearer',
    expires_in: 60,
    scope: 'read:reports',
  },
  header: { alg: 'RS256', typ: 'at+jwt', kid: '…' },
  claims: {
    iss: 'https://auth.example.com',
    sub: EXAMPLE_CLIENT,
    aud: 'https://api.example.com/reports',
    exp: 1_800_000_060,
    iat: 1_800_000_000,
    nbf: 1_800_000_000,
    jti: 'tok_7hPq3vLkZs9WcX1rTfBn0M',
    client_id: EXAMPLE_CLIENT,
    scope: 'read:reports',
  },
};

/** The route that tries an API. It has its own function, so that the function of the directory cannot sign tokens. */
export const testApi = lambdaTable({
  name: 'test-api',
  purpose: 'Gives an administrator a short-lived access token of an application, to try an API.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'statuses:assign',
    'signing-secrets:use',
    'tokens:sign',
    'issuance:count',
    'audit:append',
  ],
  routes: {
    testApi: {
      method: 'POST',
      path: '/v1/apis/{apiId}/test',
      summary: 'Try an API: get the token that an application with a client grant would get, without its secret',
      caller: { permission: 'test:apis' },
      errors: 'problem',
      body: {
        encoding: 'json',
        schema: z.strictObject({ clientId: id, scope: z.string().min(1).max(SCOPE_CHARACTERS).optional() }),
        example: { clientId: EXAMPLE_CLIENT },
      },
      reply: {
        status: 200,
        description: 'The answer of the token endpoint, with a token for at most a minute, and the decoded token',
        schema: z.object({
          tokenResponse: z.object({
            access_token: shownOnce(z.string()),
            token_type: z.literal('Bearer'),
            expires_in: z.int(),
            scope: z.string(),
          }),
          header: z.record(z.string(), jsonValue),
          claims: z.record(z.string(), jsonValue),
        }),
        example,
      },
      audit: 'api.tested',
    },
  },
});
