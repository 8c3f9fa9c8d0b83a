import {
  allowedPermissions,
  type Entitlement,
  entitlementOf,
  findApi,
  GIVING,
  resolveApi,
} from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import { type AuthenticatedClient, invalidClient } from '../authentication/authenticate-client.ts';
import { DomainError } from '../errors.ts';
import type { SigningKeys } from '../keys/signing-key.ts';
import { expectSigningKeys, signingKeysIn } from '../keys/signing-keys.ts';
import type { Api } from '../records/permissions.ts';
import { defaultAudienceIn, expectSettings, settingsIn, type WorkspaceSettings } from '../records/settings.ts';
import { scopeValues } from '../tokens/access-token.ts';

/** The API and the scope that a client requests. */
export interface AccessRequest {
  /** API identifiers from `audience` and `resource` together. If the list is empty, `resolveApi` finds the API. */
  readonly audiences: readonly string[];
  /** Space-separated permissions; undefined for all permissions that the client has at the API. */
  readonly scope?: string | undefined;
}

/** The client that a token is issued to. */
export type TokenHolder = Omit<AuthenticatedClient, 'credential'>;

/** The access that a client gets: to one API, with these permissions. */
export interface Access {
  readonly standing: Standing;
  readonly settings: WorkspaceSettings;
  readonly signingKeys: SigningKeys | undefined;
  readonly api: Api;
  /** The record that entitles the client at the API. */
  readonly entitlement: Entitlement;
  readonly permissions: readonly string[];
}

/** Rules that differ between grants. */
interface AccessTerms {
  /** The refusal if the subject is not active; by default `invalid_client`. */
  readonly refuse?: (() => DomainError) | undefined;
  /** The refusal if the API is unknown or no permission is left; by default `invalid_target`. */
  readonly refuseAudience?: (() => DomainError) | undefined;
  /** Upper limit: permissions outside it are never granted. */
  readonly ceiling?: ((api: Api) => Promise<readonly string[]> | readonly string[]) | undefined;
}

/**
 * Decides which API and which permissions a token is for, and checks that the subject is active.
 * @throws DomainError `invalid_client` and `invalid_target` (RFC 8707 §2), or the refusals of the terms;
 * `invalid_request` without an audience where the API is not clear; `invalid_scope`
 */
export async function decideAccess(
  { client, look }: TokenHolder,
  { audiences, scope }: AccessRequest,
  ports: { readonly defaultAudience: string | undefined },
  { refuse = invalidClient, refuseAudience = invalidTarget, ceiling }: AccessTerms = {},
): Promise<Access> {
  const audience = onlyAudience(audiences);
  expectSettings(look);
  expectSigningKeys(look);
  const [standing, requestedApi] = await Promise.all([
    standingOf(client, look),
    audience === undefined ? undefined : findApi(audience, look),
  ]);
  if (standing === undefined) throw refuse();
  const findDefault = () => defaultAudienceIn(look, ports);
  const api =
    audience === undefined ? await resolveApi({ client, holding: standing }, findDefault, look) : requestedApi;
  const held = api && (await allowedPermissions(client, standing, api, look));
  if (api === undefined || held === undefined) throw refuseAudience();
  const limit = ceiling === undefined ? held : await ceiling(api);
  const allowed = held.filter((value) => limit.includes(value));
  if (allowed.length === 0) throw refuseAudience();
  const permissions = scope === undefined ? allowed : requestedPermissions(scope, allowed);
  const [settings, signingKeys] = await Promise.all([settingsIn(look), signingKeysIn(look)]);
  const entitlement = await entitlementOf(client, api, look);
  return { standing, settings, signingKeys, api, entitlement, permissions };
}

/** The only refusal of a scope. It does not tell which permissions exist. */
export function invalidScope(): DomainError {
  return new DomainError('invalid_scope', 'The requested scope is malformed, unknown or more than is allowed.', {
    field: 'scope',
  });
}

/** A token is for one API only, so that an API cannot use a token that it received at another API (RFC 8707 §3). */
function onlyAudience(audiences: readonly string[]): string | undefined {
  const [first, ...others] = new Set(audiences);
  if (others.length === 0) return first;
  throw new DomainError('invalid_target', 'A token is for one audience: request a token for each audience.', {
    field: 'audience',
  });
}

function invalidTarget(): DomainError {
  return new DomainError('invalid_target', `The client has no permission at the requested audience. ${GIVING}`, {
    field: 'audience',
  });
}

function requestedPermissions(scope: string, allowed: readonly string[]): readonly string[] {
  const requested = scopeValues(scope);
  if (requested.every((value) => allowed.includes(value))) return requested;
  throw invalidScope();
}
