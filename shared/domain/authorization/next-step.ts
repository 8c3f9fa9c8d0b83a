import type { LiveSession } from '../access/live-session.ts';
import { isForOwnAccount } from '../access/system-api.ts';
import {
  ceilingForUsers,
  needsConsent,
  permissionsOfUser,
  type UserStanding,
  userStandingOf,
} from '../access/user-access.ts';
import type { Digests } from '../ambient.ts';
import type { UserGrant } from '../people-records/authorization-code.ts';
import type { AuthorizationRequest } from '../people-records/authorization-request.ts';
import { type Consent, consentKey } from '../people-records/consent.ts';
import type { InteractionDecisions } from '../people-records/interaction.ts';
import type { DirectoryLister } from '../records/lists.ts';
import type { Look } from '../records/look.ts';
import { SYSTEM_API_ID } from '../records/permissions.ts';
import { type Existing, exists, membershipList, type Tenant, tenantKey } from '../records/principals.ts';
import { applicationDigest, toldBy } from './consents.ts';
import type { SoundRequest } from './read-request.ts';
import type { AuthorizationErrorCode } from './refusals.ts';

/** What must happen next, so that an authorization request is answered. */
export type NextStep =
  | { readonly step: 'login' }
  | { readonly step: 'chooseTenant'; readonly tenants: readonly Existing<Tenant>[] }
  | ({ readonly step: 'consent' } & ConsentQuestion)
  | { readonly step: 'answer'; readonly grant: UserGrant }
  | { readonly step: 'refuse'; readonly code: AuthorizationErrorCode; readonly description: string };

/** What a person is asked to allow. */
export interface ConsentQuestion {
  /** The permissions to ask for, with what the person decided before. */
  readonly permissions: readonly { readonly value: string; readonly isAllowed: boolean }[];
  readonly tenant: Tenant | undefined;
  readonly before: Consent | undefined;
}

/** An authorization request under way, with the decisions of the person so far. */
export interface RequestUnderWay extends SoundRequest {
  readonly decisions: InteractionDecisions;
}

interface Ports {
  readonly directoryList: DirectoryLister;
  readonly digests: Digests;
}

/** A user may be a member of many tenants; the page offers this many. An application that needs another one asks for it. */
const TENANTS_MAX = 100;

/**
 * Decides the next step: login, then tenant, then consent, then the answer. It is asked again after each page, so that
 * no step counts on what an earlier page has shown.
 */
export async function nextStep(
  underWay: RequestUnderWay,
  live: LiveSession | undefined,
  { look, nowSeconds, ...ports }: Ports & { readonly look: Look; readonly nowSeconds: number },
): Promise<NextStep> {
  const { request, decisions } = underWay;
  const isSilent = request.prompt.includes('none');
  if (live === undefined || !isFresh(request, decisions, live, nowSeconds)) {
    return isSilent ? refuse('login_required', 'The person has to log in.') : { step: 'login' };
  }
  // Another session must decide again: the pages showed another person.
  const kept = decisions.sessionId === live.session.id ? decisions : {};
  const place = await placeOf(underWay, kept, live, { look, ...ports });
  if ('step' in place) {
    return isSilent && place.step === 'chooseTenant'
      ? refuse('interaction_required', 'The person has to choose.')
      : place;
  }
  const answer = await decideConsent({ ...underWay, decisions: kept }, { live, place, nowSeconds }, look, ports);
  return isSilent && answer.step === 'consent' ? refuse('consent_required', 'The person has to consent.') : answer;
}

function refuse(code: AuthorizationErrorCode, description: string): NextStep {
  return { step: 'refuse', code, description };
}

/** Whether the login is fresh enough: for this interaction, if the request asks for a login, or younger than it says. */
function isFresh(
  { prompt, maxAgeSeconds }: AuthorizationRequest,
  { loggedInAtSeconds, sessionId }: InteractionDecisions,
  { session }: LiveSession,
  nowSeconds: number,
): boolean {
  if (loggedInAtSeconds !== undefined && sessionId === session.id) return true;
  if (prompt.includes('login') || prompt.includes('select_account')) return false;
  return maxAgeSeconds === undefined || (session.authenticatedAtSeconds ?? 0) + maxAgeSeconds >= nowSeconds;
}

/** Where the user acts: in one tenant, or without a tenant. */
interface Place {
  readonly tenant: Tenant | undefined;
  readonly standing: UserStanding;
}

async function placeOf(
  { request, api }: RequestUnderWay,
  { tenantId: chosen }: InteractionDecisions,
  { user }: LiveSession,
  { look, directoryList }: { readonly look: Look; readonly directoryList: DirectoryLister },
): Promise<Place | NextStep> {
  const userId = user.id;
  const tenantId = request.tenantId ?? chosen;
  if (tenantId !== undefined) return (await placeIn({ userId, tenantId }, look)) ?? notAMember();
  const withoutTenant = await userStandingOf({ userId }, look);
  if (withoutTenant === undefined) return { step: 'login' };
  if (!needsTenant({ api, request }, withoutTenant)) return { tenant: undefined, standing: withoutTenant };
  const tenants = await tenantsOf(userId, look, directoryList);
  const [only, ...others] = tenants;
  if (only === undefined) return refuse('access_denied', 'The person belongs to no tenant.');
  if (others.length > 0) return { step: 'chooseTenant', tenants };
  return (await placeIn({ userId, tenantId: only.id }, look)) ?? notAMember();
}

/**
 * An API whose permissions come from roles needs a tenant. A workspace member has roles of the workspace, and nobody needs
 * a tenant for their own account.
 */
function needsTenant({ api, request }: Pick<SoundRequest, 'api' | 'request'>, { membershipId }: UserStanding): boolean {
  if (api === undefined || api.userPermissions === 'all') return false;
  if (api.id !== SYSTEM_API_ID) return true;
  return membershipId === undefined && !(request.permissions ?? []).some(isForOwnAccount);
}

async function placeIn(
  { userId, tenantId }: { readonly userId: string; readonly tenantId: string },
  look: Look,
): Promise<Place | undefined> {
  const [standing, tenant] = await Promise.all([
    userStandingOf({ userId, tenantId }, look),
    look.find(tenantKey(tenantId)),
  ]);
  return standing === undefined || tenant === undefined ? undefined : { tenant, standing };
}

function notAMember(): NextStep {
  return refuse('access_denied', 'The person is not a member of the tenant.');
}

/** Lists the tenants in which the user is a member now. */
async function tenantsOf(
  userId: string,
  look: Look,
  directoryList: DirectoryLister,
): Promise<readonly Existing<Tenant>[]> {
  const { items } = await directoryList.list(membershipList(userId), { limit: TENANTS_MAX });
  const tenants = await Promise.all(items.map(({ tenantId }) => look.find(tenantKey(tenantId))));
  return tenants.filter((tenant) => exists(tenant)).filter(({ status }) => status === 'active');
}

/** What is decided before consent is. */
interface Before {
  readonly live: LiveSession;
  readonly place: Place;
  readonly nowSeconds: number;
}

async function decideConsent(
  underWay: RequestUnderWay,
  before: Before,
  look: Look,
  { digests }: Pick<Ports, 'digests'>,
): Promise<NextStep> {
  const { request, client, api, decisions } = underWay;
  const { user } = before.live;
  const { tenant, standing } = before.place;
  const grantable = await grantablePermissions(underWay, standing, look);
  const isAboutPerson = request.identityScopes.length > 0;
  if (grantable.length === 0 && !isAboutPerson)
    return refuse('access_denied', 'The person has none of these permissions.');
  if (decisions.consent === 'denied') return refuse('access_denied', 'The person declined.');
  const found = await look.find(
    consentKey({ userId: user.id, clientId: client.id, apiId: api?.id, tenantId: tenant?.id }),
  );
  // A consent to another name or another redirect URI is no consent to this one.
  const consent = found?.applicationDigest === applicationDigest(client, digests) ? found : undefined;
  const asked = permissionsToAsk(underWay, grantable, consent);
  if (asked !== undefined) {
    const permissions = asked.map((value) => ({ value, isAllowed: consent?.declined.includes(value) !== true }));
    return { step: 'consent', permissions, tenant, before: found };
  }
  // Where nobody is asked, an earlier decision still leaves out what the person declined.
  const isLeftOut = (value: string) => consent?.declined.includes(value) === true;
  const isAllowed = (value: string) => !needsConsent(client, api) || consent?.allowed.includes(value) === true;
  const permissions = grantable.filter((value) => !isLeftOut(value) && isAllowed(value));
  if (permissions.length === 0 && !isAboutPerson)
    return refuse('access_denied', 'The person allowed none of these permissions.');
  return {
    step: 'answer',
    grant: grantOf(request, before, { permissions, consentId: consent?.id }),
  };
}

/** The permissions that the person must be asked about; undefined if there is nothing to ask. */
function permissionsToAsk(
  { request, client, api, decisions }: RequestUnderWay,
  grantable: readonly string[],
  consent: Consent | undefined,
): readonly string[] | undefined {
  if (request.prompt.includes('consent') && decisions.consent === undefined) return grantable;
  if (!needsConsent(client, api)) return undefined;
  if (consent === undefined || !toldBy(request).every((told) => consent.told.includes(told))) return grantable;
  const open = grantable.filter((value) => !isDecided(consent, value));
  return open.length === 0 ? undefined : open;
}

function grantOf(
  { apiId, identityScopes, isOffline }: AuthorizationRequest,
  { live: { session, user }, place: { tenant, standing }, nowSeconds }: Before,
  allowed: Pick<UserGrant, 'permissions' | 'consentId'>,
): UserGrant {
  return {
    ...allowed,
    userId: user.id,
    tenantId: tenant?.id,
    membershipId: standing.membershipId,
    apiId,
    identityScopes,
    isOffline,
    sessionId: session.id,
    authenticatedAtSeconds: session.authenticatedAtSeconds,
    methods: session.methods,
    grantedAtSeconds: nowSeconds,
  };
}

function isDecided({ allowed, declined }: Consent, value: string): boolean {
  return allowed.includes(value) || declined.includes(value);
}

/** What may be granted: what the application may have for users, of that what the user has, and of that what it asked. */
async function grantablePermissions(
  { request, client, api }: SoundRequest,
  standing: UserStanding,
  look: Look,
): Promise<readonly string[]> {
  if (api === undefined) return [];
  const ceiling = await ceilingForUsers(client, api, look);
  const own = permissionsOfUser(api, standing);
  return ceiling.filter((value) => own.includes(value) && (request.permissions?.includes(value) ?? true));
}
