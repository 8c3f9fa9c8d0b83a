import { allowedPermissions, findApi, resolveApi } from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import { type AuthenticatedClient, invalidClient } from '../authentication/authenticate-client.ts';
import { DomainError } from '../errors.ts';
import type { SigningKeys } from '../keys/signing-key.ts';
import { expectSigningKeys, signingKeysIn } from '../keys/signing-keys.ts';
import type { Api } from '../records/permissions.ts';
import { defaultAudienceIn, expectSettings, settingsIn, type WorkspaceSettings } from '../records/settings.ts';
import { scopeValues } from '../tokens/access-token.ts';

/** What somebody wants access to. */
export interface AccessRequest {
  /** API identifiers, from `audience` and `resource` together; see `resolveApi` for what happens without one. */
  readonly audiences: readonly string[];
  /** Space-separated permissions; without one, everything that is allowed. */
  readonly scope?: string | undefined;
}

/** For whom the token is, whichever way that was made sure of. */
export type TokenHolder = Omit<AuthenticatedClient, 'credential'>;

/** What a holder was found to be allowed. */
export interface Access {
  readonly standing: Standing;
  readonly settings: WorkspaceSettings;
  readonly signingKeys: SigningKeys | undefined;
  readonly api: Api;
  readonly permissions: readonly string[];
}

/** What may be decided otherwise for some grants. */
interface Terms {
  /** The refusal where the subject does not stand; by default that of the client. */
  readonly refuse?: (() => DomainError) | undefined;
  /** The refusal where nothing is allowed at the API; by default that of the audience. */
  readonly refuseAudience?: (() => DomainError) | undefined;
  /** What nothing beyond is allowed, whatever the client may do. */
  readonly ceiling?: ((api: Api) => Promise<readonly string[]> | readonly string[]) | undefined;
}

/**
 * The exchange from step 5 on to step 7: the subject stands, the API is found, the permissions are allowed now.
 * @throws DomainError `invalid_client` and `invalid_target` (RFC 8707 §2), or the refusals of these terms;
 * `invalid_request`, `invalid_scope`
 */
export async function decideAccess(
  { client, look }: TokenHolder,
  { audiences, scope }: AccessRequest,
  ports: { readonly defaultAudience: string | undefined },
  { refuse = invalidClient, refuseAudience = invalidTarget, ceiling }: Terms = {},
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
  const most = ceiling === undefined ? held : await ceiling(api);
  const allowed = held.filter((value) => most.includes(value));
  if (allowed.length === 0) throw refuseAudience();
  const permissions = scope === undefined ? allowed : narrow(scope, allowed);
  const [settings, signingKeys] = await Promise.all([settingsIn(look), signingKeysIn(look)]);
  return { standing, settings, signingKeys, api, permissions };
}

/** A token is for one API only, so that no API can use it at another (RFC 8707 §3). */
function onlyAudience(audiences: readonly string[]): string | undefined {
  const [first, ...others] = new Set(audiences);
  if (others.length === 0) return first;
  throw new DomainError('invalid_target', 'A token is for one audience: ask for one token each.', {
    field: 'audience',
  });
}

function invalidTarget(): DomainError {
  return new DomainError('invalid_target', 'The client has no permission at the requested audience.', {
    field: 'audience',
  });
}

function narrow(scope: string, allowed: readonly string[]): readonly string[] {
  const requested = scopeValues(scope);
  if (requested.every((value) => allowed.includes(value))) return requested;
  throw invalidScope();
}

/** The one refusal of a scope: nobody learns which permissions there are. */
export function invalidScope(): DomainError {
  return new DomainError('invalid_scope', 'The requested scope is malformed, unknown or more than is allowed.', {
    field: 'scope',
  });
}
