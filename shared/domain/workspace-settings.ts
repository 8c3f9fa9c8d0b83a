import type { ApiTokenKind, TokenQuota, Versioned } from './records.ts';

/** Names the one record of the settings among the directory's. */
export const SETTINGS_KEY = 'workspace';

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
