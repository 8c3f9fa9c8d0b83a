import * as z from 'zod';
import type { LoginMethod } from '#shared/domain/people-records/session.ts';
import { pageQuery, timestamp } from '../fields/fields.ts';
import { commonExample, commonMembers, deleting, listing, showing } from '../fields/shapes.ts';
import { lambdaTable } from '../table.ts';
import { ownProfileRoutes } from './people/own-profile.ts';

const consent = z.object({
  id: z.string(),
  userId: z.string(),
  clientId: z.string(),
  applicationName: z.string(),
  api: z.string().optional().meta({ description: 'Absent if the application only learns who the person is' }),
  tenantId: z.string().optional(),
  permissions: z.array(z.string()),
  scopes: z.array(z.string()).meta({ description: 'What else was allowed: openid, profile, email, offline_access' }),
  ...commonMembers,
});

const consentExample = {
  id: 'con_4Tg7YhN1qAzWsXeDcRfVbK',
  userId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  applicationName: 'Report Mailer',
  api: 'https://api.example.com/reports',
  tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T',
  permissions: ['read:reports'],
  scopes: ['openid', 'offline_access'],
  ...commonExample,
};

const session = z.object({
  id: z.string(),
  isCurrent: z.boolean().meta({ description: 'Whether the token of this request depends on the session' }),
  methods: z.array(z.enum(['otp', 'fed'] satisfies LoginMethod[])),
  source: z.string().meta({ description: 'The network address of the login' }),
  userAgent: z.string(),
  startedAt: timestamp,
  authenticatedAt: timestamp.optional().meta({ description: 'Absent if an identity provider did not say it' }),
  lastSeenAt: timestamp.meta({ description: 'To five minutes' }),
  expiresAt: timestamp.meta({ description: 'When the session ends, if nothing ends it before' }),
});

const sessionExample = {
  id: 'ses_7KdR5nCs1E2Vq0mTzXwYbH',
  isCurrent: true,
  methods: ['otp'],
  source: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  startedAt: '2027-01-15T08:00:00.000Z',
  authenticatedAt: '2027-01-15T08:00:00.000Z',
  lastSeenAt: '2027-01-15T08:05:00.000Z',
  expiresAt: '2027-02-14T08:00:00.000Z',
};

const identity = z.object({
  id: z.string().meta({ description: '`email` for the address' }),
  type: z.enum(['email', 'provider']),
  email: z.string().optional().meta({ description: 'The address; for a provider, the address that it had verified' }),
  verified: z.boolean().meta({ description: 'Whether the person has shown that it is theirs' }),
  providerId: z.string().optional(),
  providerName: z.string().optional(),
  issuer: z.string().optional(),
  subject: z.string().optional().meta({ description: 'Who the person is at the provider' }),
  linkedAt: timestamp.optional(),
  lastUsedAt: timestamp.optional(),
  version: z.int().optional(),
});

const identityExamples = [
  { id: 'email', type: 'email', email: 'ada@example.com', verified: true },
  {
    id: 'idn_3Xs1E2Vq0mTzXwYbH7KdR5',
    type: 'provider',
    email: 'ada@acme.example',
    verified: true,
    providerId: 'idp_7QwErTyUiOpAsDfGhJkL2Z',
    providerName: 'Acme',
    issuer: 'https://login.acme.example',
    subject: '248289761001',
    linkedAt: '2027-01-15T08:00:00.000Z',
    lastUsedAt: '2027-01-16T08:00:00.000Z',
    version: 1_234_567,
  },
];

/** What people see and end of their own accounts: consents and sessions. Administrators see and end consents, too. */
export const ownAccount = lambdaTable({
  name: 'own-account',
  greedyBelow: ['/v1/me'],
  purpose: 'Shows people who they are, what they allowed and where they are logged in, and ends it.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'directory:list',
    'consents:end',
    'sessions:write',
    'identities:remove',
    'mails:enqueue',
    'issuance:count',
    'pepper:use',
    'audit:append',
  ],
  routes: {
    ...ownProfileRoutes,
    listMyConsents: {
      ...listing(consent, consentExample, pageQuery),
      path: '/v1/me/consents',
      summary: 'List what the caller lets applications do',
      caller: { permission: 'read:me' },
    },
    endMyConsent: {
      ...deleting,
      path: '/v1/me/consents/{consentId}',
      summary: 'End a consent; the tokens that depend on it become invalid at once',
      caller: { permission: 'write:me' },
      audit: 'consent.ended',
    },
    listConsentsOfUser: {
      ...listing(consent, consentExample, pageQuery),
      path: '/v1/users/{userId}/consents',
      summary: 'List what a user lets applications do',
      caller: { permission: 'read:users' },
    },
    endConsentOfUser: {
      ...deleting,
      path: '/v1/users/{userId}/consents/{consentId}',
      summary: "End a user's consent; the tokens that depend on it become invalid at once",
      caller: { permission: 'write:users' },
      audit: 'consent.ended',
    },
    getMySessions: {
      ...showing(z.object({ items: z.array(session) }), { items: [sessionExample] }),
      path: '/v1/me/sessions',
      summary: 'Show where the caller is logged in: at most 50 sessions, the newest login first',
      caller: { permission: 'read:me' },
    },
    endMySession: {
      ...deleting,
      path: '/v1/me/sessions/{sessionId}',
      summary: 'End a session; the access tokens that depend on it become invalid at once',
      caller: { permission: 'write:me' },
      audit: 'session.ended',
    },
    getMyIdentities: {
      ...showing(z.object({ items: z.array(identity) }), { items: identityExamples }),
      path: '/v1/me/identities',
      summary: 'Show how the caller can log in: by a code to the address, and by identity providers',
      caller: { permission: 'read:me' },
    },
    removeMyIdentity: {
      ...deleting,
      path: '/v1/me/identities/{identityId}',
      summary: 'Remove a login by an identity provider; the address must be verified. Sessions that it began end',
      caller: { permission: 'write:me' },
      audit: 'identity.removed',
    },
  },
});
