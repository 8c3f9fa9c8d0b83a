import * as account from '#shared/pages/account/account.ts';
import * as chooseTenant from '#shared/pages/authorization/choose-tenant.ts';
import type { ConsentProps } from '#shared/pages/authorization/consent.ts';
import * as consent from '#shared/pages/authorization/consent.ts';
import * as formPost from '#shared/pages/authorization/form-post.ts';
import * as leave from '#shared/pages/authorization/leave.ts';
import * as webMessage from '#shared/pages/authorization/web-message.ts';
import * as error from '#shared/pages/error.ts';
import type { Brand } from '#shared/pages/layout.ts';
import * as code from '#shared/pages/login/code.ts';
import * as invitation from '#shared/pages/login/invitation.ts';
import * as login from '#shared/pages/login/login.ts';
import * as loginLink from '#shared/pages/login/login-link.ts';
import * as logout from '#shared/pages/login/logout.ts';
import * as providerProblem from '#shared/pages/login/provider-problem.ts';
import type { Page } from '#shared/pages/page.ts';
import { accountSituations } from './account-samples.ts';

/** Every function that makes a page. A new file with one is added here. */
const pageFunctions = {
  ...account,
  ...chooseTenant,
  ...code,
  ...consent,
  ...error,
  ...formPost,
  ...invitation,
  ...leave,
  ...login,
  ...loginLink,
  ...logout,
  ...providerProblem,
  ...webMessage,
};

/** The name of a function that makes a page. */
export type PageName = keyof typeof pageFunctions;

type PropsOf<Name extends PageName> = Parameters<(typeof pageFunctions)[Name]>[0];

/** How one page looks in one situation, named such as "loginPage, a wrong address". */
export interface Sample {
  readonly page: PageName;
  /** Lower case with hyphens: the end of the name of its picture. */
  readonly situation: string;
  readonly props: unknown;
  render(brand?: Brand): Page;
}

/** Names as people write them, for all samples. */
const ada = { name: 'Ada Lovelace', email: 'ada@example.com' };

const form = { action: '/next', csrf: 'k3v-token' };

const invitationProps = {
  acceptAction: '/accept',
  declineAction: '/decline',
  csrf: form.csrf,
  email: ada.email,
  into: 'Acme',
  invitedBy: 'Grace Hopper',
};

const providers = [
  { name: 'Google', href: '/login/google' },
  { name: 'GitHub', href: '/login/github' },
];

const consentProps: ConsentProps = {
  ...form,
  application: { name: 'Report Mailer', isVerified: true, redirectUri: 'https://mailer.example.net/callback' },
  api: { name: 'Reports', identifier: 'https://api.example.com/reports' },
  permissions: [
    { value: 'read:reports', description: 'Read your reports', allowed: true },
    { value: 'write:reports', description: 'Change and delete your reports', allowed: true },
    { value: 'export:reports', allowed: false },
  ],
  person: ada,
  tenant: { name: 'Acme' },
  offline: true,
  openidScopes: ['openid', 'profile', 'email'],
  otherAccountHref: '/login?other',
};

/** The situations of each page. A page without any is an error of types. */
const situations: { readonly [Name in PageName]: Readonly<Record<string, PropsOf<Name>>> } = {
  loginPage: {
    plain: { ...form, mailAvailable: true, providers: [] },
    full: { ...form, application: { name: 'Report Mailer' }, email: ada.email, mailAvailable: true, providers },
    anew: { ...form, isAnew: true, mailAvailable: true, providers },
    'wrong-address': { ...form, email: 'ada@', mailAvailable: true, providers, problem: 'email' },
    'providers-only': { ...form, mailAvailable: false, providers },
    'no-way': { ...form, mailAvailable: false, providers: [] },
  },
  codePage: {
    plain: { ...form, resendAction: '/resend', otherAddressHref: '/login', email: ada.email },
    'wrong-code': {
      ...form,
      resendAction: '/resend',
      otherAddressHref: '/login',
      email: 'a.very.long.address.of.somebody@department.example-of-a-long-company-name.com',
      triesLeft: 2,
      problem: 'codeWrong',
    },
    'last-try': { ...form, resendAction: '/resend', otherAddressHref: '/login', email: ada.email, triesLeft: 1 },
  },
  providerProblemPage: {
    failed: { problem: 'failed', provider: 'Google', words: 'server_error: No login.', againHref: '/login/itx_1' },
    denied: { problem: 'denied', provider: 'GitHub', againHref: '/login/itx_1' },
    unknown: { problem: 'unknown', provider: 'Google', againHref: '/login/itx_1' },
    'not-allowed': { problem: 'notAllowed', provider: 'Google', againHref: '/login/itx_1' },
  },
  loginLinkPage: { plain: { ...form, email: ada.email, workspaceName: 'Example Cloud' } },
  invitedPage: { plain: { ...form, email: ada.email, into: 'Acme', invitedBy: 'Grace Hopper' } },
  invitationPage: {
    plain: { ...invitationProps, roles: ['Reports reader', 'Billing'] },
    'no-roles': { ...invitationProps, roles: [] },
  },
  logoutPage: {
    plain: { ...form, email: ada.email, stayHref: '/account' },
    'for-application': { ...form, email: ada.email, stayHref: '/account', kept: { state: 'xyz' } },
  },
  loggedOutPage: { plain: { loginHref: '/login' } },
  chooseTenantPage: {
    plain: {
      ...form,
      application: { name: 'Report Mailer' },
      tenants: [
        { id: 'ten_1', name: 'Acme' },
        { id: 'ten_2', name: 'Globex Corporation' },
        { id: 'ten_3', name: 'Initech' },
      ],
    },
  },
  consentPage: {
    verified: consentProps,
    'not-verified': {
      ...consentProps,
      application: { name: 'Report Mailer', isVerified: false, redirectUri: 'http://127.0.0.1:7777/callback' },
      offline: false,
    },
    app: {
      ...consentProps,
      application: { name: 'Report Mailer', isVerified: false, redirectUri: 'com.example.mailer:/callback' },
      tenant: undefined,
      person: { email: ada.email },
      openidScopes: [],
    },
    'long-names': {
      ...consentProps,
      application: {
        name: 'The Quarterly Report Distribution and Archiving Assistant of Example Holding',
        isVerified: true,
        redirectUri: 'https://reports-and-archives.of-a-department.example-of-a-long-company-name.com/callback',
      },
      tenant: { name: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft' },
      permissions: [{ value: 'read:reports-of-all-departments-and-subsidiaries', allowed: true }],
    },
    'right-to-left': {
      ...consentProps,
      application: { ...consentProps.application, name: 'מכתבי דו״ח' },
      api: { name: 'تقارير (2026)', identifier: 'https://api.example.com/reports' },
      permissions: [{ value: 'read:reports', description: 'קריאת הדוחות שלך', allowed: true }],
      person: { name: 'عائشة', email: ada.email },
      tenant: { name: 'أكمي' },
    },
    'person-only': { ...consentProps, api: undefined, tenant: undefined, permissions: [], offline: false },
  },
  leavePage: {
    plain: { to: 'https://mailer.example.net/callback?code=abc&state=xyz&iss=https%3A%2F%2Fauth.example.com' },
  },
  formPostPage: { plain: { action: 'https://mailer.example.net/callback', fields: { code: 'abc', state: 'x"<>yz' } } },
  webMessagePage: {
    plain: {
      targetOrigin: 'https://app.example.net',
      message: { type: 'authorization_response', response: { code: 'abc', state: 'xyz' } },
    },
  },
  accountPage: accountSituations,
  errorPage: {
    'wrong-redirect': {
      error: 'wrongRedirect',
      detail: 'redirect_uri is not one of the redirect URIs of this application. It was: https://evil.example/callback',
      requestId: 'b2f6a1c0-2f5e-4d0a-9c41-0f6f3f2d7a11',
    },
    unavailable: { error: 'unavailable', requestId: 'b2f6a1c0-2f5e-4d0a-9c41-0f6f3f2d7a11' },
  },
};

/** Renders a page with props of its kind. Which kind belongs to a name is checked where `situations` is written. */
export function render(name: PageName, props: unknown, brand?: Brand): Page {
  const page = pageFunctions[name] as (props: unknown, brand?: Brand) => Page;
  return page(props, brand);
}

/** All pages in all situations. */
export const samples: readonly Sample[] = (Object.keys(situations) as PageName[]).flatMap((page) =>
  Object.entries(situations[page]).map(([situation, props]) => ({
    page,
    situation,
    props,
    render: (brand?: Brand) => render(page, props, brand),
  })),
);
