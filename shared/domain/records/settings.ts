import type { ApiTokenKind, TokenQuota } from './client.ts';
import type { Versioned } from './lifecycle.ts';
import type { Look } from './look.ts';
import type { RecordKey } from './record-key.ts';

/** The longest lifetime of an exchanged access token. Mintmark refuses a token with a longer lifetime as a forgery. */
export const ACCESS_TOKEN_LIFETIME_SECONDS_MAX = 86_400;

/** The quota without limits. Tokens are not counted. */
export const UNLIMITED: TokenQuota = { perHour: null, perDay: null, enforce: true };

/** The settings of the workspace. A member that is null sets no limit, unless its own comment says otherwise. */
export interface WorkspaceSettings extends Versioned {
  /** The API of an exchange that names no API and could mean several; null for the default of the deployment. */
  readonly defaultAudience: string | null;
  readonly accessTokens: {
    /** The lifetime of access tokens of an API that was registered without a lifetime. */
    readonly lifetimeSeconds: number;
    /** The longest lifetime of exchanged access tokens, also for an API with a longer lifetime. */
    readonly maxLifetimeSeconds: number;
  };
  readonly apiTokens: {
    /** The kinds of API tokens that tenants and users may make. An empty list allows no kind. */
    readonly kinds: { readonly tenant: readonly ApiTokenKind[]; readonly user: readonly ApiTokenKind[] };
    /** How many live API tokens one tenant, or one user in a tenant, may have. */
    readonly maxLive: number | null;
    /** The lifetime of an API token for which no lifetime is requested. */
    readonly lifetimeSeconds: number | null;
    /** The longest lifetime of an API token. If it is set, every new API token has to expire. */
    readonly maxLifetimeSeconds: number | null;
  };
  readonly signingKeys: {
    /**
     * `kms`: KMS makes every signature. `wrapped`: KMS unwraps keys, at most a day old, which sign exchanged tokens.
     */
    readonly mode: 'kms' | 'wrapped';
    /** How long a key in KMS signs. A wrapped key signs for at most a day. */
    readonly rotationSeconds: number;
    /** How long a key is published before it signs. */
    readonly leadSeconds: number;
    /** How long a key stays published after it stopped signing. */
    readonly retentionSeconds: number;
  };
  /** The quota of every client that has no quota of its own. */
  readonly tokenQuota: TokenQuota;
  readonly statusLists: {
    /** How long a verifier may use a status list that it has read. */
    readonly ttlSeconds: number;
  };
  readonly refreshTokens: {
    /** How long a family of refresh tokens lives, however often it is used. */
    readonly lifetimeSeconds: number;
    /** How long a family lives after its last use. */
    readonly idleLifetimeSeconds: number;
    /** How long after a rotation the previous token still returns the same successor. */
    readonly graceSeconds: number;
    readonly maxLivePerClient: number;
  };
  /** How long people stay logged in. Workspace members have shorter limits. */
  readonly sessions: { readonly users: SessionLimits; readonly members: SessionLimits };
  /** Who becomes a user by logging in for the first time with a code. */
  readonly signUp: {
    readonly mode: (typeof signUpModes)[number];
    /** The domains of mode `domains`, in lower case. */
    readonly domains: readonly string[];
  };
  /** Who may own applications. */
  readonly developers: {
    readonly mode: (typeof developerModes)[number];
    /** How many applications one person may own. */
    readonly maxApplications: number;
    /** Names that their applications must not have, nor anything that looks like them. */
    readonly reservedNames: readonly string[];
  };
  /** The origins whose pages may call the management API from a browser, spelled as browsers send them. */
  readonly allowedOrigins: readonly string[];
  /** Tokens of any client that were issued before this moment are not valid. */
  readonly revokedBeforeSeconds?: number | undefined;
}

/**
 * The default settings of refresh tokens. They also apply to a record of settings that was written before Mintmark had
 * refresh tokens.
 */
export const DEFAULT_REFRESH_TOKENS: WorkspaceSettings['refreshTokens'] = {
  lifetimeSeconds: 2_592_000,
  idleLifetimeSeconds: 1_209_600,
  graceSeconds: 10,
  maxLivePerClient: 100,
};

/** The limits of a session. */
export interface SessionLimits {
  /** How long a session lives after its last use. */
  readonly idleLifetimeSeconds: number;
  /** How long a session lives, however often it is used. */
  readonly lifetimeSeconds: number;
}

/** The limits of sessions until an administrator changes them. */
export const DEFAULT_SESSIONS: WorkspaceSettings['sessions'] = {
  users: { idleLifetimeSeconds: 43_200, lifetimeSeconds: 2_592_000 },
  members: { idleLifetimeSeconds: 3_600, lifetimeSeconds: 86_400 },
};

/**
 * Who becomes a user by a first login: nobody, the owner of an invited address, also the owner of an address at a domain
 * of the settings, or everybody.
 */
export const signUpModes = ['off', 'invitation', 'domains', 'open'] as const;

/** The rule for sign-up until an administrator changes it: people who may invite decide. */
export const DEFAULT_SIGN_UP: WorkspaceSettings['signUp'] = { mode: 'invitation', domains: [] };

/** Who may own applications: nobody, the users whom an administrator made developers, or every user. */
export const developerModes = ['off', 'invited', 'open'] as const;

/** The rules for developers until an administrator changes them. */
export const DEFAULT_DEVELOPERS: WorkspaceSettings['developers'] = {
  mode: 'off',
  maxApplications: 10,
  reservedNames: [],
};

/**
 * The default rotation of signing keys. A key signs for a quarter of a year. API Gateway keeps a key set for two hours;
 * with one hour more, a key is published three hours before it signs. Afterwards it stays published for these three
 * hours and the longest lifetime of an access token.
 */
export const DEFAULT_ROTATION: WorkspaceSettings['signingKeys'] = {
  mode: 'kms',
  rotationSeconds: 7_776_000,
  leadSeconds: 10_800,
  retentionSeconds: ACCESS_TOKEN_LIFETIME_SECONDS_MAX + 10_800,
};

/**
 * The settings until an administrator changes them. RFC 9068 §4 and RFC 6750 §5.3 ask for short-lived tokens: an hour.
 * They have version 1, so that a caller who has read them can send `If-Match`.
 */
export const DEFAULT_SETTINGS: WorkspaceSettings = {
  defaultAudience: null,
  accessTokens: { lifetimeSeconds: 3_600, maxLifetimeSeconds: ACCESS_TOKEN_LIFETIME_SECONDS_MAX },
  apiTokens: {
    kinds: { tenant: ['client_credentials', 'access_token'], user: ['client_credentials', 'access_token'] },
    maxLive: null,
    lifetimeSeconds: null,
    maxLifetimeSeconds: null,
  },
  signingKeys: DEFAULT_ROTATION,
  tokenQuota: UNLIMITED,
  statusLists: { ttlSeconds: 30 },
  refreshTokens: DEFAULT_REFRESH_TOKENS,
  sessions: DEFAULT_SESSIONS,
  signUp: DEFAULT_SIGN_UP,
  developers: DEFAULT_DEVELOPERS,
  allowedOrigins: [],
  createdAtSeconds: 0,
  version: 1,
};

/** Names the only record of settings. */
export const SETTINGS_KEY: RecordKey<'settings', WorkspaceSettings> = { kind: 'settings', id: 'workspace' };

/** Reads the settings of the workspace. */
export async function settingsIn(look: Look): Promise<WorkspaceSettings> {
  return (await look.find(SETTINGS_KEY)) ?? DEFAULT_SETTINGS;
}

/** Announces that the settings will be read, so that the look's next read includes them. */
export function expectSettings(look: Look): void {
  look.expect(SETTINGS_KEY);
}

/** Reads the default audience: the settings name it, or else the deployment; undefined if neither does. */
export async function defaultAudienceIn(
  look: Look,
  deployment: { readonly defaultAudience: string | undefined },
): Promise<string | undefined> {
  return (await settingsIn(look)).defaultAudience ?? deployment.defaultAudience;
}
