import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerImage, FileSystem, Token } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import * as z from 'zod';
import { apiIdentifier, permissionValue } from '#shared/api/fields/fields.ts';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import { type RouteRules, routeRules } from '#shared/domain/checks/route-rules.ts';

/** The file in the code of a function that has the routes if they are too many for the environment. */
const ROUTES_FILE = 'routes.json';

/** The folder in which Lambda puts the code of a function. */
const CODE_FOLDER = '/var/task';

/** Lambda allows 4 KB for all settings of a function together. The other settings of an authorizer need the rest. */
const ENVIRONMENT_BYTES_MAX = 2_048;

/** Members with a form of their own. The types of TypeScript say the rest. */
const forms = z
  .object({
    audience: apiIdentifier.optional(),
    routes: z.record(z.string(), permissionValue.nullable()),
    origin: z
      .string()
      .regex(/^https?:\/\/[^\s?#]*[^\s?#/]$/, 'must be a URL without query, fragment and slash at its end')
      .optional(),
    mode: z.string(),
    selfSigned: z.string().optional(),
  })
  .refine(({ mode, selfSigned }) => selfSigned === undefined || mode === 'online', {
    path: ['selfSigned'],
    error: 'works in the online mode only',
  });

/** How the function of an authorizer learns which API it protects. */
export interface ProtectedApiSetting {
  readonly environment: { readonly MINTMARK_PROTECTED_API: string };
  /** The code with the routes in it; undefined if the routes are in the environment. */
  readonly code: Code | undefined;
}

/**
 * Checks the rules of a protected API, and writes them for the authorizer's function. Many routes become a file in the
 * function's code, because all environment variables of a function share 4 KB.
 * @param bundle the folder with the code of the authorizer
 * @throws Error with the name of the API and of the invalid member or route
 */
export function protectedApiSetting(name: string, api: ProtectedApi, bundle: string): ProtectedApiSetting {
  const { success, error } = forms.safeParse(withoutTokens(api));
  if (!success) throw new Error(`The protected API "${name}" has invalid settings:\n${z.prettifyError(error)}`);
  rulesOf(name, api);
  const whole = JSON.stringify(api);
  if (escapedBytes(whole) <= ENVIRONMENT_BYTES_MAX) {
    return { environment: { MINTMARK_PROTECTED_API: whole }, code: undefined };
  }
  const setting = JSON.stringify({ ...api, routes: `${CODE_FOLDER}/${ROUTES_FILE}` });
  return {
    environment: { MINTMARK_PROTECTED_API: setting },
    code: codeWith(JSON.stringify(api.routes), bundle),
  };
}

/** Leaves out the values that only the deployment knows, such as the domain name of another resource. */
function withoutTokens(api: ProtectedApi): Partial<ProtectedApi> {
  return Object.fromEntries(Object.entries(api).filter(([, value]) => !Token.isUnresolved(value)));
}

/**
 * Reads the routes of a protected API.
 * @throws Error with the name of the API and the route that cannot be used
 */
export function rulesOf(name: string, { routes }: ProtectedApi): RouteRules {
  try {
    return routeRules(routes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw new Error(`The routes of "${name}" cannot be used. ${reason}`, { cause });
  }
}

/** Lambda counts the environment as JSON, in which each quote takes a backslash. */
function escapedBytes(setting: string): number {
  return Buffer.byteLength(JSON.stringify(setting));
}

/** Copies the bundle and adds the routes. The hash contains both, so a changed route is deployed as changed code. */
function codeWith(routes: string, bundle: string): Code {
  const tryBundle = (folder: string) => {
    cpSync(bundle, folder, { recursive: true });
    writeFileSync(join(folder, ROUTES_FILE), routes);
    return true;
  };
  return Code.fromAsset(bundle, {
    assetHash: FileSystem.fingerprint(bundle, { extraHash: routes }),
    // The image is never used, because the local bundling always succeeds.
    bundling: { image: DockerImage.fromRegistry('none'), local: { tryBundle } },
  });
}
