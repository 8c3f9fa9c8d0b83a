import type { ApiTokenKind, TokenQuota } from './client.ts';
import type { Versioned } from './lifecycle.ts';
import type { Look } from './look.ts';
import type { RecordKey } from './record-key.ts';

/** The longest any exchanged access token lives, whatever an API asks for: what lies above was not signed by this product. */
export const ACCESS_TOKEN_LIFETIME_SECONDS_MAX = 86_400;

/** No limit; nothing is counted. */
export const UNLIMITED: TokenQuota = { perHour: null, perDay: null, enforce: true };

/** What holds for the whole workspace. Members that are null set no limit. */
export interface WorkspaceSettings extends Versioned {
  /** The API meant by exchanges that name none and could mean several; null for what the deployment says. */
  readonly defaultAudience: string | null;
  readonly accessTokens: {
    /** The lifetime of access tokens for APIs that say nothing else when they are registered. */
    readonly lifetimeSeconds: number;
    /** No exchanged access token lives longer, whatever its API says. */
    readonly maxLifetimeSeconds: number;
  };
  readonly apiTokens: {
    /** What tenants may make for themselves, and what users may; nothing where empty. */
    readonly kinds: { readonly tenant: readonly ApiTokenKind[]; readonly user: readonly ApiTokenKind[] };
    /** How many one tenant, or one user in a tenant, may have at a time. */
    readonly maxLive: number | null;
    /** The lifetime of those that ask for none. */
    readonly lifetimeSeconds: number | null;
    /** Where it is set, every new one has to expire. */
    readonly maxLifetimeSeconds: number | null;
  };
  readonly signingKeys: {
    /** Whether KMS makes every signature, or unwraps keys of a day for the exchange. */
    readonly mode: 'kms' | 'wrapped';
    /** How long a key in KMS signs; wrapped ones are a day old at most. */
    readonly rotationSeconds: number;
    /** How long a key is published before it signs. */
    readonly leadSeconds: number;
    /** How long a key is published after it has signed. */
    readonly retentionSeconds: number;
  };
  /** For every client that has none of its own. */
  readonly tokenQuota: TokenQuota;
  readonly statusLists: {
    /** For how long a verifier may go by a status list that it has read. */
    readonly ttlSeconds: number;
  };
  readonly refreshTokens: {
    /** How long a family lives, however often it is used. */
    readonly lifetimeSeconds: number;
    readonly idleLifetimeSeconds: number;
    /** How long after a rotation the token before it gets the same successor again. */
    readonly graceSeconds: number;
    readonly maxLivePerClient: number;
  };
  /** Tokens of any client that were issued before this moment are worth nothing. */
  readonly revokedBeforeSeconds?: number | undefined;
}

/** What holds for refresh tokens in settings that were written before these had any. */
export const DEFAULT_REFRESH_TOKENS: WorkspaceSettings['refreshTokens'] = {
  lifetimeSeconds: 2_592_000,
  idleLifetimeSeconds: 1_209_600,
  graceSeconds: 10,
  maxLivePerClient: 100,
};

/**
 * A quarter of a year; an hour more than the two that API Gateway keeps a key set, before and after; and after, the
 * longest life of an access token besides.
 */
export const DEFAULT_ROTATION: WorkspaceSettings['signingKeys'] = {
  mode: 'kms',
  rotationSeconds: 7_776_000,
  leadSeconds: 10_800,
  retentionSeconds: ACCESS_TOKEN_LIFETIME_SECONDS_MAX + 10_800,
};

/**
 * What holds while nobody has said anything else. RFC 9068 §4 and RFC 6750 §5.3 ask for short-lived tokens: an hour.
 * They count as the first version, so that whoever has read them can say so with `If-Match`.
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
  createdAtSeconds: 0,
  version: 1,
};

/** Names the one record of the settings among the directory's. */
export const SETTINGS_KEY: RecordKey<'settings', WorkspaceSettings> = { kind: 'settings', id: 'workspace' };

/** The workspace's settings, read with whatever else this look reads. */
export async function settingsIn(look: Look): Promise<WorkspaceSettings> {
  return (await look.find(SETTINGS_KEY)) ?? DEFAULT_SETTINGS;
}

/** Lets the settings travel with what is read next. */
export function expectSettings(look: Look): void {
  look.expect(SETTINGS_KEY);
}

/** The API meant where none is named and several could be: what the settings say, else what the deployment does. */
export async function defaultAudienceIn(
  look: Look,
  deployment: { readonly defaultAudience: string | undefined },
): Promise<string | undefined> {
  return (await settingsIn(look)).defaultAudience ?? deployment.defaultAudience;
}
