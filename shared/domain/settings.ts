import { LIFETIME_SECONDS_MAX } from './access-token.ts';
import { changeRecord } from './change-record.ts';
import { findApi } from './entitlement.ts';
import { DomainError, ignoreConflict } from './errors.ts';
import type { Clock, Look, StandingReader } from './ports.ts';
import type { DirectoryWriter } from './record-ports.ts';
import type { WorkspaceSettings } from './records.ts';
import { movedMark } from './revoke-issued-before.ts';
import { changedQuota, type TokenQuotaChange, UNLIMITED } from './token-quota.ts';
import { SETTINGS_KEY } from './workspace-settings.ts';

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
  retentionSeconds: LIFETIME_SECONDS_MAX + 10_800,
};

/**
 * What holds while nobody has said anything else. RFC 9068 §4 and RFC 6750 §5.3 ask for short-lived tokens: an hour.
 * They count as the first version, so that whoever has read them can say so with `If-Match`.
 */
const DEFAULT_SETTINGS: WorkspaceSettings = {
  defaultAudience: null,
  accessTokens: { lifetimeSeconds: 3_600, maxLifetimeSeconds: LIFETIME_SECONDS_MAX },
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

/** The workspace's settings, read with whatever else this look reads. */
export async function settingsIn(look: Look): Promise<WorkspaceSettings> {
  return (await look.find('settings', SETTINGS_KEY)) ?? DEFAULT_SETTINGS;
}

/** Lets the settings travel with what is read next. */
export function expectSettings(look: Look): void {
  look.expect('settings', SETTINGS_KEY);
}

/** The API meant where none is named and several could be: what the settings say, else what the deployment does. */
export async function defaultAudienceIn(
  look: Look,
  deployment: { readonly defaultAudience: string | undefined },
): Promise<string | undefined> {
  return (await settingsIn(look)).defaultAudience ?? deployment.defaultAudience;
}

interface Ports {
  readonly standing: StandingReader;
  readonly directory: DirectoryWriter;
  readonly clock: Clock;
}

/** The workspace's settings. */
export function getSettings({ standing }: Pick<Ports, 'standing'>): Promise<WorkspaceSettings> {
  return settingsIn(standing.open(SETTINGS_KEY));
}

/** What to change: members that are absent stay as they are, null takes a limit away. */
export interface SettingsChange {
  readonly defaultAudience?: string | null | undefined;
  /** Every token issued up to this moment is worth nothing from now on. */
  readonly tokensRevokedUntilSeconds?: number | undefined;
  readonly accessTokens?: Changes<WorkspaceSettings['accessTokens']> | undefined;
  readonly apiTokens?:
    | (Changes<Omit<WorkspaceSettings['apiTokens'], 'kinds'>> & {
        readonly kinds?: Changes<WorkspaceSettings['apiTokens']['kinds']> | undefined;
      })
    | undefined;
  readonly signingKeys?: Changes<WorkspaceSettings['signingKeys']> | undefined;
  readonly tokenQuota?: TokenQuotaChange | undefined;
  readonly statusLists?: Changes<WorkspaceSettings['statusLists']> | undefined;
  readonly refreshTokens?: Changes<WorkspaceSettings['refreshTokens']> | undefined;
}

type Changes<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/**
 * Changes the settings. Exchanges and new API tokens obey them from now on; API tokens that exist stay as they are.
 * @throws DomainError as `changeRecord` does, and `invalid_request` for an unknown API, or for a default above its limit
 */
export async function updateSettings(
  patch: SettingsChange,
  expectedVersion: number | undefined,
  ports: Ports,
): Promise<WorkspaceSettings> {
  const look = ports.standing.open(SETTINGS_KEY);
  await assertIsApi(patch.defaultAudience, look);
  if ((await look.find('settings', SETTINGS_KEY)) === undefined) await writeDefaults(ports);
  const nowSeconds = ports.clock.nowSeconds();
  const change = (before: WorkspaceSettings) => assertConsistent(withChanges(before, patch, nowSeconds));
  return changeRecord({ kind: 'settings', key: SETTINGS_KEY, expectedVersion, change }, ports);
}

/** The first change, too, is made on a version that stands: the defaults are written down before. */
async function writeDefaults({ directory, clock }: Ports): Promise<void> {
  const settings = { ...DEFAULT_SETTINGS, createdAtSeconds: clock.nowSeconds() };
  await directory.insert('settings', SETTINGS_KEY, settings).catch(ignoreConflict);
}

function withChanges(before: WorkspaceSettings, patch: SettingsChange, nowSeconds: number): WorkspaceSettings {
  const { defaultAudience = before.defaultAudience, accessTokens, apiTokens: { kinds, ...apiTokens } = {} } = patch;
  return {
    ...before,
    revokedBeforeSeconds: movedMark(before.revokedBeforeSeconds, patch.tokensRevokedUntilSeconds, nowSeconds),
    defaultAudience,
    accessTokens: changed(before.accessTokens, accessTokens),
    apiTokens: { ...changed(before.apiTokens, apiTokens), kinds: changed(before.apiTokens.kinds, kinds) },
    refreshTokens: changed(before.refreshTokens, patch.refreshTokens),
    signingKeys: changed(before.signingKeys, patch.signingKeys),
    tokenQuota: changedQuota(before.tokenQuota, patch.tokenQuota),
    statusLists: changed(before.statusLists, patch.statusLists),
  };
}

function changed<Settings extends object>(before: Settings, changes: Changes<Settings> = {}): Settings {
  const defined = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(defined) };
}

async function assertIsApi(identifier: string | null | undefined, look: Look): Promise<void> {
  if (identifier == null || (await findApi(identifier, look)) !== undefined) return;
  throw new DomainError('invalid_request', 'There is no API with this identifier.', { field: 'defaultAudience' });
}

/** A default above the limit would refuse every request that relies on it. */
function assertConsistent(settings: WorkspaceSettings): WorkspaceSettings {
  for (const field of ['accessTokens', 'apiTokens'] as const) {
    const { lifetimeSeconds, maxLifetimeSeconds } = settings[field];
    if (lifetimeSeconds !== null && maxLifetimeSeconds !== null && lifetimeSeconds > maxLifetimeSeconds) {
      throw new DomainError('invalid_request', `'lifetimeSeconds' must not be above 'maxLifetimeSeconds'.`, { field });
    }
  }
  if (settings.refreshTokens.idleLifetimeSeconds > settings.refreshTokens.lifetimeSeconds) {
    throw new DomainError('invalid_request', `'idleLifetimeSeconds' must not be above 'lifetimeSeconds'.`, {
      field: 'refreshTokens',
    });
  }
  return settings;
}
