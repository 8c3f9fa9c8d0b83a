import { createTables } from '#infra/local/dynamo.ts';
import { type AdapterChanges, localFunctions } from '#infra/local/functions.ts';
import { provideKeys } from '#infra/local/signing-keys.ts';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { EnvironmentVariable } from '#shared/ports.ts';

/** The issuer of the tokens. No client calls it, so it is not the URL of the service. */
const ISSUER = 'https://auth.example.com';

/** The audience of the measured tokens. */
export const REPORTS = 'https://api.example.com/reports';

/** A mode of the authorizer. */
export type Mode = ProtectedApi['mode'];

/** The settings of all functions, by environment variable. */
export type Settings = Readonly<Record<EnvironmentVariable, string>>;

/** The handlers of all functions, by name. */
export type Functions = ReturnType<typeof localFunctions>;

/** Creates tables and keys in the engines that the environment names, and returns the settings of all functions. */
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
    MINTMARK_MAIL_QUEUE: '',
    MINTMARK_MAIL_FROM: '',
    MINTMARK_MAIL_CONFIGURATION_SET: '',
    MINTMARK_SIGNING_KEYS: keys.signing,
    MINTMARK_SIGNING_KEY_POLICY: '',
    MINTMARK_WORKSPACE: 'bench',
    MINTMARK_SIGNING_KEY_ALIASES: 'alias/mintmark/bench/made/',
    MINTMARK_WRAPPING_KEY: keys.wrapping,
    MINTMARK_PROTECTED_API: protectedApiSetting('online'),
  };
}

/** Returns the real handlers in this process, with the authorizer in the given mode. */
export function openFunctions(settings: Settings, mode: Mode, changes: AdapterChanges = {}): Functions {
  const own = { ...settings, MINTMARK_PROTECTED_API: protectedApiSetting(mode) };
  return localFunctions((variable) => own[variable], changes);
}

/** Returns the path of the protected API for a mode of the authorizer. */
export function reportsPath(mode: Mode): string {
  return `/${mode}/reports`;
}

function protectedApiSetting(mode: Mode): string {
  const api: ProtectedApi = { audience: REPORTS, mode, routes: { [`GET ${reportsPath(mode)}`]: 'read:reports' } };
  return JSON.stringify(api);
}
