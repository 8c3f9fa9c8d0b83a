import * as z from 'zod';
import { lambdaTable } from '../table.ts';
import { bareForm, formToken, formValue, page, posted } from './page-routes.ts';

const STYLE_SHEET_MAX_AGE_SECONDS = 31_536_000;

/** Where a person goes after a logout. */
const wayBack = { client_id: formValue, post_logout_redirect_uri: formValue, state: formValue };

const logoutParameters = { ...wayBack, id_token_hint: formValue };

/** The pages by which a person logs in, sees who they are, and logs out. */
export const login = lambdaTable({
  name: 'login',
  purpose: 'Shows the pages by which people log in, see their account, and log out.',
  grants: [
    'records:read',
    'sessions:write',
    'interactions:write',
    'directory:list',
    'mails:enqueue',
    'issuance:count',
    'users:write',
    'consents:end',
    'identities:remove',
    'users:sign-up',
    'id-tokens:verify',
    'invitations:write',
    'members:join',
    'audit:append',
  ],
  greedyBelow: ['/login', '/invitations', '/account', '/logout'],
  routes: {
    beginLogin: { ...page, path: '/login', summary: 'Begin a login at our own pages' },
    loginLink: {
      ...page,
      path: '/login/link',
      takesGuesses: true,
      summary: 'Show as whom a link logs in',
      query: z.object({ token: formValue }),
    },
    followLoginLink: {
      ...posted,
      path: '/login/link',
      takesGuesses: true,
      summary: 'Log in by a link that works once',
      body: { encoding: 'form', schema: z.object({ ...formToken, token: formValue }), example: {} },
      audit: 'login.succeeded',
    },
    loginPage: { ...page, path: '/login/{interactionId}', summary: 'Ask for the e-mail address' },
    sendCode: {
      ...posted,
      path: '/login/{interactionId}',
      takesGuesses: true,
      summary: 'Send a code to an e-mail address',
      body: {
        encoding: 'form',
        schema: z.object({ ...formToken, email: formValue }),
        example: { email: 'ada@example.com' },
      },
      audit: 'login.code_sent',
    },
    codePage: { ...page, path: '/login/{interactionId}/code', takesGuesses: true, summary: 'Ask for the code' },
    redeemCode: {
      ...posted,
      path: '/login/{interactionId}/code',
      takesGuesses: true,
      summary: 'Log in by the code',
      body: { encoding: 'form', schema: z.object({ ...formToken, code: formValue }), example: { code: 'BCDF GHJK' } },
      audit: 'login.succeeded',
    },
    invitation: { ...page, path: '/invitations/{invitationId}', summary: 'Show an invitation' },
    logInToAnswer: {
      ...posted,
      path: '/invitations/{invitationId}/login',
      takesGuesses: true,
      summary: 'Send a code to the address of an invitation',
      body: bareForm,
      audit: 'login.code_sent',
    },
    acceptInvitation: {
      ...posted,
      path: '/invitations/{invitationId}/accept',
      summary: 'Accept an invitation',
      body: bareForm,
      audit: 'invitation.accepted',
    },
    declineInvitation: {
      ...posted,
      path: '/invitations/{invitationId}/decline',
      summary: 'Decline an invitation',
      body: bareForm,
      audit: 'invitation.declined',
    },
    account: { ...page, path: '/account', summary: 'Show who is logged in' },
    endSession: {
      ...posted,
      path: '/account/sessions/{sessionId}/end',
      summary: 'End one session',
      body: bareForm,
      audit: 'session.ended',
    },
    removeIdentity: {
      ...posted,
      path: '/account/identities/{identityId}/remove',
      summary: 'Remove a login by an identity provider',
      body: bareForm,
      audit: 'identity.removed',
    },
    endConsent: {
      ...posted,
      path: '/account/consents/{consentId}/end',
      summary: 'End a consent',
      body: bareForm,
      audit: 'consent.ended',
    },
    logoutPage: { ...page, path: '/logout', summary: 'Ask whether to log out' },
    logout: {
      ...posted,
      path: '/logout',
      summary: 'Log out',
      body: { ...bareForm, schema: z.object({ ...formToken, ...wayBack }) },
      audit: 'session.ended',
    },
    logoutByApplication: {
      ...page,
      path: '/oauth/logout',
      summary: 'Log out at the request of an application (OpenID Connect RP-Initiated Logout 1.0)',
      query: z.object(logoutParameters),
      audit: 'session.ended',
    },
    logoutByApplicationForm: {
      ...posted,
      path: '/oauth/logout',
      summary: 'Log out at the request of an application, by a form',
      body: { encoding: 'form', schema: z.object(logoutParameters), example: {} },
      audit: 'session.ended',
    },
    logoutEverywhere: {
      ...posted,
      path: '/logout/everywhere',
      summary: 'Log out of all browsers',
      body: bareForm,
      audit: 'session.all_ended',
    },
    styleSheet: {
      method: 'GET',
      path: '/assets/{file}',
      summary: 'The style sheet of the pages',
      caller: 'anyone',
      errors: 'page',
      reply: {
        status: 200,
        description: 'A style sheet. Its name changes with its content',
        file: 'text/css',
        maxAgeSeconds: STYLE_SHEET_MAX_AGE_SECONDS,
      },
    },
  },
});
