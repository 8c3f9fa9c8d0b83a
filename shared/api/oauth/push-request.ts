import * as z from 'zod';
import { shownOnce } from '../fields/shown-once.ts';
import { authorizationParameters } from '../pages/authorize.ts';
import { lambdaTable } from '../table.ts';
import { clientCredentials, clientGrants } from './oauth.ts';

/** The endpoint for pushed authorization requests (RFC 9126). */
export const pushRequest = lambdaTable({
  name: 'push-request',
  purpose: 'Takes authorization requests from applications, before they send a person to the authorization endpoint.',
  grants: [...clientGrants, 'proofs:verify', 'pushed-requests:write'],
  routes: {
    pushRequest: {
      method: 'POST',
      path: '/oauth/par',
      summary: 'Push an authorization request (RFC 9126)',
      caller: 'client',
      errors: 'oauth',
      takesProof: true,
      body: {
        encoding: 'form',
        repeatable: ['audience', 'resource'],
        schema: authorizationParameters.extend({
          ...clientCredentials,
          resource: z.array(z.string().max(512)).optional(),
          audience: z.array(z.string().max(512)).optional(),
        }),
        example: {
          response_type: 'code',
          redirect_uri: 'https://app.example.com/callback',
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
        },
      },
      reply: {
        status: 201,
        description: 'A reference to the request, which works once',
        schema: z.object({
          request_uri: shownOnce(z.string()),
          expires_in: z.int().meta({ description: 'In seconds' }),
        }),
        example: {
          request_uri: 'urn:ietf:params:oauth:request_uri:7hPq3vLkZs9WcX1rTfBn0M7hPq3vLkZs9WcX1rTfBn0M',
          expires_in: 90,
        },
      },
    },
  },
});
