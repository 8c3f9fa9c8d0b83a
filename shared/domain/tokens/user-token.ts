import { findSessionById } from '../access/live-session.ts';
import {
  ceilingForUsers,
  entitlementForUsers,
  needsConsent,
  permissionsOfUser,
  type UserStanding,
  userStandingOf,
} from '../access/user-access.ts';
import { USER_INFO_API_ID } from '../access/user-info-api.ts';
import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import { type IdentityScope, identityScopes } from '../people-records/authorization-request.ts';
import { type Consent, consentKey } from '../people-records/consent.ts';
import type { Client } from '../records/client.ts';
import { latestMark } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { settingsIn } from '../records/settings.ts';
import { isEntitlementId, isKept } from './token-dependencies.ts';

/** What a user let an application do, as a token or a family remembers it. */
export interface GrantedByUser {
  readonly userId: string;
  readonly tenantId: string | undefined;
  /** The ids that it depends on: membership, consent, client grant or API. */
  readonly dependsOn: readonly string[];
  /** The session on which it depends; undefined if it outlives the session. */
  readonly sessionId: string | undefined;
  readonly grantedAtSeconds: number;
  readonly permissions: readonly string[];
  readonly identityScopes: readonly IdentityScope[];
}

/** What a user's grant is good for now. */
export interface UserAccess {
  readonly standing: UserStanding;
  /** Of the granted permissions, those that application, user and consent still allow. */
  readonly permissions: readonly string[];
}

/**
 * Decides what a user's grant is good for now. Undefined if the user, tenant, membership, client grant, API, consent or
 * session is not what it was, or if nothing is left of it.
 */
export async function userAccessNow(
  granted: GrantedByUser,
  { client, api }: { readonly client: Client; readonly api: Api },
  look: Look,
  ports: { readonly clock: Clock },
): Promise<UserAccess | undefined> {
  const { userId, tenantId, sessionId, dependsOn } = granted;
  const [standing, settings, entitlement, ceiling, live, consent] = await Promise.all([
    userStandingOf({ userId, tenantId }, look),
    settingsIn(look),
    entitlementForUsers(client, api, look),
    ceilingForUsers(client, api, look),
    sessionId === undefined ? undefined : findSessionById(sessionId, look, ports),
    look.find(consentKey({ userId, clientId: client.id, apiId: apiIdOf(api), tenantId })),
  ]);
  const isStanding = standing !== undefined && granted.grantedAtSeconds >= latestMark(client, standing, settings);
  const isLoggedIn = sessionId === undefined || live?.user.id === userId;
  if (!isStanding || !isLoggedIn || !isNamed('mem', standing.membershipId, dependsOn)) return undefined;
  if (!isKept(entitlement, dependsOn.filter(isEntitlementId), granted.grantedAtSeconds)) return undefined;
  const consented = consentedPermissions(granted, { client, api, consent });
  if (consented === undefined) return undefined;
  const own = permissionsOfUser(api, standing);
  const permissions = consented.filter((value) => ceiling.includes(value) && own.includes(value));
  const isGood = permissions.length > 0 || granted.identityScopes.length > 0;
  return isGood ? { standing, permissions } : undefined;
}

/** What the grant names and its consent still allows; undefined if it needs a consent and has none. */
function consentedPermissions(
  { dependsOn, permissions }: GrantedByUser,
  { client, api, consent }: { readonly client: Client; readonly api: Api; readonly consent: Consent | undefined },
): readonly string[] | undefined {
  const isNeeded = needsConsent(client, api.id === USER_INFO_API_ID ? undefined : api);
  if (!dependsOn.some((id) => isMadeId('con', id))) return isNeeded ? undefined : permissions;
  if (consent === undefined || !isNamed('con', consent.id, dependsOn)) return undefined;
  // Where no consent is needed, one that was given all the same only says what the person declined.
  if (!isNeeded) return permissions.filter((value) => !consent.declined.includes(value));
  return permissions.filter((value) => consent.allowed.includes(value));
}

/** Whether the id of a record now is the id that a grant names; also if it names none of this kind. */
function isNamed(kind: 'mem' | 'con', id: string | undefined, dependsOn: readonly string[]): boolean {
  const named = dependsOn.find((other) => isMadeId(kind, other));
  return named === undefined || named === id;
}

/** The id by which a consent names the API; undefined for a grant that only tells who the person is. */
function apiIdOf({ id }: Api): string | undefined {
  return id === USER_INFO_API_ID ? undefined : id;
}

/** Divides a scope into permissions and scopes about the person. */
export function dividedScope(values: readonly string[]): Pick<GrantedByUser, 'permissions' | 'identityScopes'> {
  const identity = identityScopes.filter((value) => values.includes(value));
  return {
    identityScopes: identity,
    permissions: values.filter((value) => !(identity as readonly string[]).includes(value)),
  };
}
