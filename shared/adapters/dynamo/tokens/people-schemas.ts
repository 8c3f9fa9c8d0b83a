import * as z from 'zod';
import type { AuthorizationCode, UserGrant } from '#shared/domain/people-records/authorization-code.ts';
import {
  type AuthorizationRequest,
  identityScopes,
  prompts,
  responseModes,
} from '#shared/domain/people-records/authorization-request.ts';
import type { Interaction, InteractionDecisions } from '#shared/domain/people-records/interaction.ts';
import type { LoginAttempt, LoginLink } from '#shared/domain/people-records/login-attempt.ts';
import type { ProviderLogin } from '#shared/domain/people-records/provider-login.ts';
import type { PushedRequest } from '#shared/domain/people-records/pushed-request.ts';
import { loginMethods, type Session, type SessionRoster } from '#shared/domain/people-records/session.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { shortLived } from './short-lived-members.ts';

/** Schemas of the short-lived records of people. Each record is parsed, because another version may have written it. */

const seconds = z.int();

const methods = z.array(z.enum(loginMethods));

const scopes = z.array(z.enum(identityScopes));

const request = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  responseMode: z.enum(responseModes),
  state: z.string().optional(),
  nonce: z.string().optional(),
  codeChallenge: z.string(),
  apiId: z.string().optional(),
  permissions: z.array(z.string()).optional(),
  identityScopes: scopes,
  isOffline: z.boolean(),
  prompt: z.array(z.enum(prompts)),
  maxAgeSeconds: seconds.optional(),
  loginHint: z.string().optional(),
  tenantId: z.string().optional(),
  keyThumbprint: z.string().optional(),
} satisfies ShapeOf<AuthorizationRequest>);

const userGrant = z.object({
  userId: z.string(),
  tenantId: z.string().optional(),
  membershipId: z.string().optional(),
  apiId: z.string().optional(),
  permissions: z.array(z.string()),
  identityScopes: scopes,
  consentId: z.string().optional(),
  sessionId: z.string(),
  isOffline: z.boolean(),
  authenticatedAtSeconds: seconds.optional(),
  methods,
  grantedAtSeconds: seconds,
} satisfies ShapeOf<UserGrant>);

/** The schema of each kind of record about people that expires. */
export const peopleSchemas = {
  session: z.object({
    ...shortLived,
    id: z.string(),
    secretDigest: z.string(),
    userId: z.string(),
    methods,
    identityId: z.string().optional(),
    isOfMember: z.boolean(),
    startedAtSeconds: seconds,
    authenticatedAtSeconds: seconds.optional(),
    lastSeenAtSeconds: seconds,
    source: z.string(),
    userAgent: z.string(),
    endedAtSeconds: seconds.optional(),
  } satisfies ShapeOf<Session>),
  sessionRoster: z.object({
    ...shortLived,
    sessions: z.array(
      z.object({ id: z.string(), expiresAtSeconds: seconds } satisfies ShapeOf<SessionRoster['sessions'][number]>),
    ),
  } satisfies ShapeOf<SessionRoster>),
  interaction: z.object({
    ...shortLived,
    id: z.string(),
    browserDigest: z.string(),
    request: request.optional(),
    returnPath: z.string().optional(),
    maxAgeSeconds: seconds.optional(),
    invitationId: z.string().optional(),
    decisions: z.object({
      sessionId: z.string().optional(),
      loggedInAtSeconds: seconds.optional(),
      tenantId: z.string().optional(),
      consent: z.enum(['allowed', 'denied']).optional(),
    } satisfies ShapeOf<InteractionDecisions>),
    isAnswered: z.boolean(),
    createdAtSeconds: seconds,
  } satisfies ShapeOf<Interaction>),
  loginAttempt: z.object({
    ...shortLived,
    interactionId: z.string(),
    email: z.string(),
    codeDigest: z.string(),
    userId: z.string().optional(),
    triesLeft: z.int(),
    isUsed: z.boolean(),
    sentAtSeconds: seconds,
  } satisfies ShapeOf<LoginAttempt>),
  loginLink: z.object({
    ...shortLived,
    id: z.string(),
    secretDigest: z.string(),
    userId: z.string(),
    isUsed: z.boolean(),
  } satisfies ShapeOf<LoginLink>),
  providerLogin: z.object({
    ...shortLived,
    interactionId: z.string(),
    providerId: z.string(),
    salt: z.string(),
    begunAtSeconds: seconds,
    isUsed: z.boolean(),
  } satisfies ShapeOf<ProviderLogin>),
  code: z.object({
    ...shortLived,
    id: z.string(),
    digest: z.string(),
    clientId: z.string(),
    redirectUri: z.string(),
    nonce: z.string().optional(),
    codeChallenge: z.string(),
    keyThumbprint: z.string().optional(),
    grant: userGrant,
    isRedeemed: z.boolean(),
    familyId: z.string().optional(),
  } satisfies ShapeOf<AuthorizationCode>),
  pushedRequest: z.object({ ...shortLived, request, isUsed: z.boolean() } satisfies ShapeOf<PushedRequest>),
};
