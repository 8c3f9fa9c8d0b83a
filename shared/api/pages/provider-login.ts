import * as z from 'zod';
import { lambdaTable } from '../table.ts';
import { formValue, page } from './page-routes.ts';

/** The pages by which a person logs in elsewhere and comes back. */
export const providerLogin = lambdaTable({
  name: 'provider-login',
  purpose: 'Sends people to identity providers to log in, and takes them back.',
  grants: [
    'records:read',
    'sessions:write',
    'interactions:write',
    'provider-logins:write',
    'provider-secrets:open',
    'identities:write',
    'directory:list',
    'mails:enqueue',
    'issuance:count',
    'audit:append',
  ],
  routes: {
    beginProviderLogin: {
      ...page,
      path: '/login/{interactionId}/provider/{providerId}',
      summary: 'Leave for an identity provider',
      takesGuesses: true,
    },
    finishProviderLogin: {
      ...page,
      path: '/login/callback/{providerId}',
      summary: 'Log in by the answer of an identity provider',
      takesGuesses: true,
      query: z.object({ state: formValue, code: formValue, error: formValue }),
      audit: 'login.succeeded',
    },
  },
});
