import { findApi } from '../access/entitlement.ts';
import { changedQuota, type TokenQuotaChange } from '../access/token-quota.ts';
import type { Clock } from '../ambient.ts';
import { DomainError, ignoreConflict } from '../errors.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import { movedMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import {
  DEFAULT_SETTINGS,
  SETTINGS_KEY,
  type SessionLimits,
  settingsIn,
  type WorkspaceSettings,
} from '../records/settings.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
  readonly clock: Clock;
}

/**
 * Reads the settings of the workspace. Before the first change, these are the defaults. A default audience whose API
 * was deleted is shown as null, so that the settings can be written back as they were read.
 */
export async function getSettings({ records }: Pick<Ports, 'records'>): Promise<WorkspaceSettings> {
  const look = records.open(SETTINGS_KEY.id);
  return withStandingAudience(await settingsIn(look), look);
}

async function withStandingAudience(settings: WorkspaceSettings, look: Look): Promise<WorkspaceSettings> {
  const { defaultAudience } = settings;
  const api = defaultAudience === null ? undefined : await findApi(defaultAudience, look);
  return { ...settings, defaultAudience: api?.identifier ?? null };
}

/**
 * A change to the settings. A member that is undefined stays as it is. Null removes a limit or the default audience.
 */
export interface SettingsPatch {
  readonly defaultAudience?: string | null | undefined;
  /** Every token that was issued up to this moment is inactive from now on. */
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
  readonly sessions?:
    | { readonly users?: Changes<SessionLimits> | undefined; readonly members?: Changes<SessionLimits> | undefined }
    | undefined;
  readonly signUp?: Changes<WorkspaceSettings['signUp']> | undefined;
  readonly developers?: Changes<WorkspaceSettings['developers']> | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
}

type Changes<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/**
 * Changes the settings. They hold for every later exchange and new API token. Existing API tokens stay as they are.
 * @throws DomainError as `changeRecord` does; `invalid_request` for an unknown API, and for a default above its maximum
 */
export async function updateSettings(
  patch: SettingsPatch,
  expectedVersion: number | undefined,
  ports: Ports,
): Promise<WorkspaceSettings> {
  const look = ports.records.open(SETTINGS_KEY.id);
  const { defaultAudience: current } = await settingsIn(look);
  if (patch.defaultAudience !== current) await assertIsApi(patch.defaultAudience, look);
  if ((await look.find(SETTINGS_KEY)) === undefined) await writeDefaults(ports);
  const nowSeconds = ports.clock.nowSeconds();
  const change = (before: WorkspaceSettings) => assertConsistent(withChanges(before, patch, nowSeconds));
  return withStandingAudience(await changeRecord({ key: SETTINGS_KEY, expectedVersion, change }, ports), look);
}

/** Writes the defaults as the first version, so that the first change has a version before it, too. */
async function writeDefaults({ directory, clock }: Ports): Promise<void> {
  const settings = { ...DEFAULT_SETTINGS, createdAtSeconds: clock.nowSeconds() };
  await directory.insert(SETTINGS_KEY, settings).catch(ignoreConflict);
}

function withChanges(before: WorkspaceSettings, patch: SettingsPatch, nowSeconds: number): WorkspaceSettings {
  const { defaultAudience = before.defaultAudience, accessTokens, apiTokens: { kinds, ...apiTokens } = {} } = patch;
  return {
    ...before,
    revokedBeforeSeconds: movedMark(before.revokedBeforeSeconds, patch.tokensRevokedUntilSeconds, nowSeconds),
    defaultAudience,
    accessTokens: mergeChanges(before.accessTokens, accessTokens),
    apiTokens: { ...mergeChanges(before.apiTokens, apiTokens), kinds: mergeChanges(before.apiTokens.kinds, kinds) },
    refreshTokens: mergeChanges(before.refreshTokens, patch.refreshTokens),
    signingKeys: mergeChanges(before.signingKeys, patch.signingKeys),
    tokenQuota: changedQuota(before.tokenQuota, patch.tokenQuota),
    statusLists: mergeChanges(before.statusLists, patch.statusLists),
    sessions: {
      users: mergeChanges(before.sessions.users, patch.sessions?.users),
      members: mergeChanges(before.sessions.members, patch.sessions?.members),
    },
    signUp: mergeChanges(before.signUp, {
      ...patch.signUp,
      domains: patch.signUp?.domains?.map((domain) => domain.toLowerCase()),
    }),
    developers: mergeChanges(before.developers, patch.developers),
    allowedOrigins: patch.allowedOrigins ?? before.allowedOrigins,
  };
}

function mergeChanges<Settings extends object>(before: Settings, changes: Changes<Settings> = {}): Settings {
  const defined = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(defined) };
}

async function assertIsApi(identifier: string | null | undefined, look: Look): Promise<void> {
  if (identifier == null || (await findApi(identifier, look)) !== undefined) return;
  throw new DomainError('invalid_request', 'There is no API with this identifier.', { field: 'defaultAudience' });
}

/**
 * Returns the settings if no default is above its maximum. Otherwise every request without a lifetime would be refused.
 * @throws DomainError `invalid_request`
 */
function assertConsistent(settings: WorkspaceSettings): WorkspaceSettings {
  for (const field of ['accessTokens', 'apiTokens'] as const) {
    const { lifetimeSeconds, maxLifetimeSeconds } = settings[field];
    if (lifetimeSeconds !== null && maxLifetimeSeconds !== null && lifetimeSeconds > maxLifetimeSeconds) {
      throw new DomainError('invalid_request', "'lifetimeSeconds' must not be greater than 'maxLifetimeSeconds'.", {
        field,
      });
    }
  }
  assertIdleFits(settings.refreshTokens, 'refreshTokens');
  assertIdleFits(settings.sessions.users, 'sessions');
  assertIdleFits(settings.sessions.members, 'sessions');
  return settings;
}

/** An idle lifetime beyond the lifetime would never end anything. @throws DomainError `invalid_request` */
function assertIdleFits({ idleLifetimeSeconds, lifetimeSeconds }: SessionLimits, field: string): void {
  if (idleLifetimeSeconds <= lifetimeSeconds) return;
  throw new DomainError('invalid_request', "'idleLifetimeSeconds' must not be greater than 'lifetimeSeconds'.", {
    field,
  });
}
