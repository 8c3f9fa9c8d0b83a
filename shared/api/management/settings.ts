import * as z from 'zod';
import type { WorkspaceSettings } from '#shared/domain/records/settings.ts';
import {
  apiIdentifier,
  apiTokenKind,
  domainName,
  EXPIRY_SECONDS_MAX,
  NAME_CHARACTERS,
  text,
  timestamp,
  tokenLifetimeSeconds,
  tokenQuota,
  tokensRevokedUntil,
  unique,
  webOrigin,
} from '../fields/fields.ts';
import { showing, updating } from '../fields/shapes.ts';
import type { Route } from '../table.ts';

/**
 * The highest limit of live credentials. An owner cannot keep track of more credentials, and each creation counts them.
 */
const LIVE_MAX = 100;

const kinds = unique(z.array(apiTokenKind).max(2), (kind) => kind);

const apiTokenLifetimeSeconds = z.int().min(1).max(EXPIRY_SECONDS_MAX).nullable();

const defaultAudience = apiIdentifier.nullable().meta({
  description: 'The API for exchanges that name no audience and could mean several; null for that of the deployment',
});

const accessTokens = z.strictObject({
  lifetimeSeconds: tokenLifetimeSeconds.meta({
    description: 'For APIs that are registered without a lifetime of their own',
  }),
  maxLifetimeSeconds: tokenLifetimeSeconds.meta({
    description: 'Limits every exchange, also for an API with a longer lifetime',
  }),
});

const apiTokenKinds = z.strictObject({ tenant: kinds, user: kinds });

/** Which API tokens may be made, and for how long. */
export const apiTokens = z.strictObject({
  kinds: apiTokenKinds.meta({
    description: 'The kinds that tenants and users may create for themselves; an empty list forbids all',
  }),
  maxLive: z.int().min(1).max(LIVE_MAX).nullable().meta({
    description: 'How many a tenant, or a user in a tenant, may have at the same time; null for no limit',
  }),
  lifetimeSeconds: apiTokenLifetimeSeconds.meta({
    description: 'For API tokens that are created without a lifetime; null for no expiry',
  }),
  maxLifetimeSeconds: apiTokenLifetimeSeconds.meta({
    description: 'If it is set, every new API token must expire; null for no limit',
  }),
});

const HOUR_SECONDS = 3_600;

const DAY_SECONDS = 24 * HOUR_SECONDS;

/** How long API Gateway's JWT authorizer keeps a key set. */
const KEY_SET_CACHE_SECONDS = 2 * HOUR_SECONDS;

const signingKeys = z.strictObject({
  mode: z.enum(['kms', 'wrapped']).meta({
    description:
      'kms: KMS makes every signature. wrapped: KMS unwraps a key for the exchange, which signs with it for a day',
  }),
  rotationSeconds: z
    .int()
    .min(7 * DAY_SECONDS)
    .max(1_095 * DAY_SECONDS)
    .meta({
      description: 'How long a key in KMS signs; a wrapped key signs for at most a day',
    }),
  leadSeconds: z
    .int()
    .min(KEY_SET_CACHE_SECONDS)
    .max(8 * HOUR_SECONDS)
    .meta({
      description: 'How long a key is published before it signs',
    }),
  retentionSeconds: z
    .int()
    .min(DAY_SECONDS + KEY_SET_CACHE_SECONDS + HOUR_SECONDS)
    .max(30 * DAY_SECONDS)
    .meta({
      description: 'How long a key stays published after its last signature',
    }),
});

const statusLists = z.strictObject({
  ttlSeconds: z.int().min(10).max(300).meta({
    description: 'How long a verifier may use a status list that it has read',
  }),
});

/** The lifetime of a refresh token: a minute to a year. */
const refreshTokenLifetimeSeconds = z.int().min(60).max(31_536_000);

const refreshTokens = z.strictObject({
  lifetimeSeconds: refreshTokenLifetimeSeconds.meta({
    description: 'From the first refresh token on, even if it is exchanged regularly',
  }),
  idleLifetimeSeconds: refreshTokenLifetimeSeconds.meta({ description: 'For a refresh token that is not exchanged' }),
  graceSeconds: z.int().min(0).max(30).meta({
    description: 'How long an exchanged refresh token gets the same successor again, in case the answer was lost',
  }),
  maxLivePerClient: z.int().min(1).max(LIVE_MAX).meta({
    description: 'A new refresh token of a client, or of a user at an application, beyond this number ends the oldest',
  }),
});

const sessionLimits = z.strictObject({
  idleLifetimeSeconds: z
    .int()
    .min(300)
    .max(90 * DAY_SECONDS)
    .meta({ description: 'From the last use of a session' }),
  lifetimeSeconds: z
    .int()
    .min(300)
    .max(90 * DAY_SECONDS)
    .meta({
      description: 'From the login on, even if the session is used regularly',
    }),
});

const sessions = z.strictObject({
  users: sessionLimits,
  members: sessionLimits.meta({ description: 'For people who administer the workspace' }),
});

const SIGN_UP_DOMAINS_MAX = 50;

const signUp = z.strictObject({
  mode: z.enum(['off', 'invitation', 'domains', 'open'] as const satisfies WorkspaceSettings['signUp']['mode'][]).meta({
    description: 'Who becomes a user by a first login with a code',
  }),
  domains: unique(z.array(domainName).max(SIGN_UP_DOMAINS_MAX), (domain) => domain.toLowerCase()),
});

const RESERVED_NAMES_MAX = 50;

const developers = z.strictObject({
  mode: z.enum(['off', 'invited', 'open'] as const satisfies WorkspaceSettings['developers']['mode'][]).meta({
    description: 'Who may own applications: nobody, users with "developer": true, or every user',
  }),
  maxApplications: z.int().min(1).max(LIVE_MAX).meta({ description: 'How many applications one person may own' }),
  reservedNames: unique(z.array(text(NAME_CHARACTERS).min(3)).max(RESERVED_NAMES_MAX), (name) => name).meta({
    description: 'Their applications have no name that contains one of these, or that looks as if it did',
  }),
});

/** How many origins may be listed. Each of them is a site that handles management tokens. */
const ORIGINS_MAX = 20;

const allowedOrigins = unique(z.array(webOrigin).max(ORIGINS_MAX), (origin) => origin).meta({
  description: 'The pages of these origins may call the management API from a browser, with a token of their own',
});

const settings = z.object({
  defaultAudience,
  accessTokens,
  apiTokens,
  refreshTokens,
  sessions,
  signUp,
  developers,
  allowedOrigins,
  signingKeys,
  statusLists,
  tokenQuota,
  tokensRevokedUntil: timestamp.optional(),
  version: z.int(),
});

/** An example of the rules for API tokens. */
export const apiTokensExample = {
  kinds: { tenant: ['client_credentials', 'access_token'], user: ['client_credentials'] },
  maxLive: 20,
  lifetimeSeconds: 7_776_000,
  maxLifetimeSeconds: 31_536_000,
};

const example = {
  defaultAudience: null,
  accessTokens: { lifetimeSeconds: 3_600, maxLifetimeSeconds: 86_400 },
  apiTokens: apiTokensExample,
  signingKeys: { mode: 'kms', rotationSeconds: 7_776_000, leadSeconds: 10_800, retentionSeconds: 97_200 },
  tokenQuota: { perHour: 1_000, perDay: null, enforce: true },
  statusLists: { ttlSeconds: 30 },
  refreshTokens: {
    lifetimeSeconds: 2_592_000,
    idleLifetimeSeconds: 1_209_600,
    graceSeconds: 10,
    maxLivePerClient: 100,
  },
  sessions: {
    users: { idleLifetimeSeconds: 43_200, lifetimeSeconds: 2_592_000 },
    members: { idleLifetimeSeconds: 3_600, lifetimeSeconds: 86_400 },
  },
  signUp: { mode: 'domains', domains: ['example.com'] },
  developers: { mode: 'invited', maxApplications: 10, reservedNames: ['Acme'] },
  allowedOrigins: ['https://console.example.com'],
  version: 2,
};

/** The routes of the settings, which hold for the whole workspace. */
export const settingsRoutes = {
  getSettings: {
    ...showing(settings, example),
    path: '/v1/settings',
    summary: "Show the workspace's settings",
    caller: { permission: 'read:settings' },
  },
  updateSettings: {
    ...updating(settings, example),
    path: '/v1/settings',
    summary: "Change the workspace's settings; existing API tokens stay as they are",
    caller: { permission: 'write:settings' },
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({
        defaultAudience: defaultAudience.optional(),
        accessTokens: accessTokens.partial().optional(),
        apiTokens: apiTokens.extend({ kinds: apiTokenKinds.partial() }).partial().optional(),
        signingKeys: signingKeys.partial().optional(),
        tokenQuota: tokenQuota.partial().optional(),
        tokensRevokedUntil: tokensRevokedUntil.optional(),
        statusLists: statusLists.partial().optional(),
        refreshTokens: refreshTokens.partial().optional(),
        sessions: z
          .strictObject({ users: sessionLimits.partial().optional(), members: sessionLimits.partial().optional() })
          .optional(),
        signUp: signUp.partial().optional(),
        developers: developers.partial().optional(),
        allowedOrigins: allowedOrigins.optional(),
      }),
      example: { apiTokens: { maxLive: 20, maxLifetimeSeconds: 31_536_000 } },
    },
    audit: 'settings.updated',
  },
} as const satisfies Record<string, Route>;
