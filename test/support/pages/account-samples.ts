import type { AccountProps } from '#shared/pages/account/account.ts';

const ada = { name: 'Ada Lovelace', email: 'ada@example.com' };

const NOON = Date.UTC(2026, 10, 30, 12) / 1000;

const ownProviders = [
  {
    provider: 'Google',
    account: 'ada@gmail.com',
    sinceSeconds: 1_790_000_000,
    lastUsedSeconds: 1_790_600_000,
    removeAction: '/remove/1',
  },
  { provider: 'GitHub', account: '583231', sinceSeconds: 1_790_000_000, removeAction: '/remove/2' },
];

const withoutRemoval = <Shown extends object>(shown: Shown) => ({ ...shown, removeAction: undefined });

const sessions = [
  {
    device: 'Firefox on Linux',
    place: '203.0.113.7',
    sinceSeconds: NOON,
    lastSeenSeconds: NOON + 300,
    isCurrent: true,
    endAction: '/end/1',
  },
  {
    device: 'Safari on iPhone',
    place: '2001:db8::17',
    sinceSeconds: NOON - 86_400,
    lastSeenSeconds: NOON - 600,
    isCurrent: false,
    endAction: '/end/2',
  },
];

/** The situations of the account page. */
export const accountSituations: Readonly<Record<string, AccountProps>> = {
  full: {
    csrf: 'k3v-token',
    person: ada,
    memberships: [
      { tenant: 'Acme', roles: ['Reports reader', 'Billing'] },
      { tenant: 'Globex Corporation', roles: [] },
    ],
    workspaceRoles: ['Operator'],
    identities: { isEmailVerified: true, providers: ownProviders },
    sessions,
    consents: [
      {
        application: 'Report Mailer',
        isVerified: true,
        api: 'Reports',
        tenant: 'Acme',
        permissions: ['read:reports', 'write:reports'],
        sinceSeconds: 1_790_000_000,
        withdrawAction: '/withdraw/1',
      },
      {
        application: 'Notebook',
        isVerified: false,
        api: 'Notes',
        permissions: ['read:notes'],
        sinceSeconds: 1_790_000_000,
        withdrawAction: '/withdraw/2',
      },
      {
        application: 'Guest Book',
        isVerified: true,
        permissions: [],
        sinceSeconds: 1_790_000_000,
        withdrawAction: '/withdraw/3',
      },
    ],
    logoutAction: '/logout',
    logoutEverywhereAction: '/logout-everywhere',
  },
  'other-names': {
    csrf: 'k3v-token',
    person: { name: 'عائشة', email: 'a.very.long.address.of.somebody@department.example-of-a-long-company-name.com' },
    memberships: [
      { tenant: 'أكمي', roles: ['קורא', 'Billing'] },
      {
        tenant: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
        roles: ['Reader'],
      },
    ],
    workspaceRoles: [],
    identities: {
      isEmailVerified: true,
      providers: [
        {
          provider: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
          account: 'عائشة@example.com',
          sinceSeconds: 1_790_000_000,
          removeAction: '/remove/1',
        },
      ],
    },
    sessions: sessions.slice(0, 1),
    consents: [
      {
        application: 'מכתבי דו״ח',
        isVerified: false,
        api: 'تقارير',
        tenant: 'أكمي',
        permissions: ['read:reports-of-all-departments-and-subsidiaries', 'write:reports', 'export:reports'],
        sinceSeconds: 1_790_000_000,
        withdrawAction: '/withdraw/1',
      },
    ],
    logoutAction: '/logout',
    logoutEverywhereAction: '/logout-everywhere',
  },
  'first-person': {
    csrf: 'k3v-token',
    person: { email: ada.email },
    memberships: [],
    workspaceRoles: 'all',
    identities: { isEmailVerified: true, providers: [] },
    sessions: sessions.slice(0, 1),
    consents: [],
    logoutAction: '/logout',
    logoutEverywhereAction: '/logout-everywhere',
  },
  empty: {
    csrf: 'k3v-token',
    person: { email: ada.email },
    memberships: [],
    workspaceRoles: [],
    identities: { isEmailVerified: false, providers: ownProviders.slice(1).map(withoutRemoval) },
    sessions: sessions.slice(0, 1),
    consents: [],
    logoutAction: '/logout',
    logoutEverywhereAction: '/logout-everywhere',
  },
};
