import * as z from 'zod';
import { lambdaTable } from '../table.ts';
import { formToken, formValue, page, posted } from './page-routes.ts';

/** The parameters of an authorization request (RFC 6749 §4.1.1 and its extensions). */
export const authorizationParameters = z.object({
  client_id: formValue,
  redirect_uri: formValue,
  response_type: formValue,
  response_mode: formValue,
  scope: formValue,
  state: formValue,
  nonce: formValue,
  code_challenge: formValue,
  code_challenge_method: formValue,
  resource: formValue,
  audience: formValue,
  prompt: formValue,
  max_age: formValue,
  login_hint: formValue,
  ui_locales: formValue,
  tenant: formValue,
  dpop_jkt: formValue,
  request: formValue,
  request_uri: formValue,
});

/** The authorization endpoint (RFC 6749 §3.1), and the pages between a request and its answer. */
export const authorize = lambdaTable({
  name: 'authorize',
  purpose: 'Asks people whether an application may act for them, and answers the application with a code.',
  grants: [
    'records:read',
    'sessions:write',
    'interactions:write',
    'codes:write',
    'pushed-requests:write',
    'consents:write',
    'directory:list',
    'pepper:use',
    'audit:append',
  ],
  greedyBelow: ['/authorize'],
  routes: {
    authorize: {
      ...page,
      path: '/oauth/authorize',
      summary: 'Ask for an authorization code (RFC 6749 §4.1)',
      query: authorizationParameters,
      readsInputItself: true,
    },
    authorizeByForm: {
      ...posted,
      path: '/oauth/authorize',
      summary: 'Ask for an authorization code by a form (OpenID Connect Core §3.1.2.1)',
      body: {
        encoding: 'form',
        schema: authorizationParameters.extend({
          resource: z.array(z.string()).optional(),
          audience: z.array(z.string()).optional(),
        }),
        repeatable: ['resource', 'audience'],
        example: {},
      },
      readsInputItself: true,
    },
    interactionPage: {
      ...page,
      path: '/authorize/{interactionId}',
      summary: 'Show the next question about a request, or leave for the application',
    },
    decide: {
      ...posted,
      path: '/authorize/{interactionId}',
      summary: 'Choose a tenant, or allow or deny a request',
      body: {
        encoding: 'form',
        schema: z.object({
          ...formToken,
          tenant: formValue,
          decision: z.enum(['allow', 'deny']).optional(),
          permission: z.array(z.string()).optional(),
        }),
        repeatable: ['permission'],
        example: { decision: 'allow', permission: ['read:reports'] },
      },
      audit: 'consent.decided',
    },
  },
});
