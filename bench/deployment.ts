import { createTables } from '#infra/local/dynamo.ts';
import { type AdapterChanges, localFunctions } from '#infra/local/functions.ts';
import { provideKeys } from '#infra/local/signing-keys.ts';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { EnvironmentVariable } from '#shared/ports.ts';

/** Nobody calls it, so it need not be where the service listens. */
const ISSUER = 'https://auth.example.com';

/** The API that the measured tokens are for. */
export const REPORTS = 'https://api.example.com/reports';

export type Mode = ProtectedApi['mode'];

export type Settings = Readonly<Record<EnvironmentVariable, string>>;

export type Functions = ReturnType<typeof localFunctions>;

/** The settings of every function of a workspace, over the engines that the environment names. */
export async function provideSettings(workspace = 'mintmark'): Promise<Settings> {
  const [tables, keys] = await Promise.all([createTables(workspace), provideKeys()]);
  return {
    MINTMARK_ISSUER: ISSUER,
    MINTMARK_MTLS_URL: '',
    MINTMARK_DEFAULT_AUDIENCE: '',
    MINTMARK_IMPORTED_SECRETS: '',
    MINTMARK_HS256_APIS: '',
    MINTMARK_CLIENTS_TABLE: tables.clients,
    MINTMARK_DIRECTORY_TABLE: tables.directory,
    MINTMARK_TOKENS_TABLE: tables.tokens,
    MINTMARK_EVENT_BUS: 'none',
    MINTMARK_AUDIT_TABLE: tables.audit,
    MINTMARK_SIGNING_KEYS: keys.signing,
    MINTMARK_SIGNING_KEY_POLICY: '',
    MINTMARK_WORKSPACE: 'bench',
    MINTMARK_WRAPPING_KEY: keys.wrapping,
    MINTMARK_PROTECTED_API: protectedApiSetting('online'),
  };
}

/** The real handlers in this process; the authorizer works in this mode. */
export function openFunctions(settings: Settings, mode: Mode, changes: AdapterChanges = {}): Functions {
  const own = { ...settings, MINTMARK_PROTECTED_API: protectedApiSetting(mode) };
  return localFunctions((variable) => own[variable], changes);
}

/** Where the guarded API of each mode is. */
export function reportsPath(mode: Mode): string {
  return `/${mode}/reports`;
}

function protectedApiSetting(mode: Mode): string {
  const api: ProtectedApi = { audience: REPORTS, mode, routes: { [`GET ${reportsPath(mode)}`]: 'read:reports' } };
  return JSON.stringify(api);
}
