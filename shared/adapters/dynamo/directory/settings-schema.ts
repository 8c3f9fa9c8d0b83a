import * as z from 'zod';
import {
  DEFAULT_DEVELOPERS,
  DEFAULT_REFRESH_TOKENS,
  DEFAULT_ROTATION,
  DEFAULT_SESSIONS,
  DEFAULT_SIGN_UP,
  developerModes,
  type SessionLimits,
  signUpModes,
  UNLIMITED,
  type WorkspaceSettings,
} from '#shared/domain/records/settings.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { seconds, tokenQuota, versioned } from './stored-members.ts';

const sessionLimits = z.object({
  idleLifetimeSeconds: seconds,
  lifetimeSeconds: seconds,
} satisfies ShapeOf<SessionLimits>);

const apiTokenKinds = z.array(z.enum(['client_credentials', 'access_token']));

/** The stored form of the settings. A member that came later has its default in an older record. */
export const settingsSchema = z.object({
  ...versioned,
  revokedBeforeSeconds: seconds.optional(),
  defaultAudience: z.string().nullable(),
  accessTokens: z.object({ lifetimeSeconds: seconds, maxLifetimeSeconds: seconds } satisfies ShapeOf<
    WorkspaceSettings['accessTokens']
  >),
  apiTokens: z.object({
    kinds: z.object({ tenant: apiTokenKinds, user: apiTokenKinds } satisfies ShapeOf<
      WorkspaceSettings['apiTokens']['kinds']
    >),
    maxLive: z.int().nullable(),
    lifetimeSeconds: seconds.nullable(),
    maxLifetimeSeconds: seconds.nullable(),
  } satisfies ShapeOf<WorkspaceSettings['apiTokens']>),
  signingKeys: z
    .object({
      mode: z.enum(['kms', 'wrapped']),
      rotationSeconds: seconds,
      leadSeconds: seconds,
      retentionSeconds: seconds,
    } satisfies ShapeOf<WorkspaceSettings['signingKeys']>)
    .default(DEFAULT_ROTATION),
  tokenQuota: tokenQuota.default(UNLIMITED),
  statusLists: z
    .object({ ttlSeconds: seconds } satisfies ShapeOf<WorkspaceSettings['statusLists']>)
    .default({ ttlSeconds: 30 }),
  refreshTokens: z
    .object({
      lifetimeSeconds: seconds,
      idleLifetimeSeconds: seconds,
      graceSeconds: seconds,
      maxLivePerClient: z.int(),
    } satisfies ShapeOf<WorkspaceSettings['refreshTokens']>)
    .default(DEFAULT_REFRESH_TOKENS),
  sessions: z
    .object({ users: sessionLimits, members: sessionLimits } satisfies ShapeOf<WorkspaceSettings['sessions']>)
    .default(DEFAULT_SESSIONS),
  signUp: z
    .object({
      mode: z.enum(signUpModes),
      domains: z.array(z.string()).readonly(),
    } satisfies ShapeOf<WorkspaceSettings['signUp']>)
    .default(DEFAULT_SIGN_UP),
  developers: z
    .object({
      mode: z.enum(developerModes),
      maxApplications: z.int(),
      reservedNames: z.array(z.string()).readonly(),
    } satisfies ShapeOf<WorkspaceSettings['developers']>)
    .default(DEFAULT_DEVELOPERS),
  allowedOrigins: z.array(z.string()).default([]),
} satisfies ShapeOf<WorkspaceSettings>);
