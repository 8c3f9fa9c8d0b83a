import { tenantOfScope } from '../access/caller-scope.ts';
import { allowedPermissions, findApi } from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import { findApiOfUser } from '../access/user-info-api.ts';
import type { Clock } from '../ambient.ts';
import { bindingRulesFor, isBoundAsRequired } from '../authentication/confirmation.ts';
import { isIdOf } from '../ids.ts';
import { isTrustedNow, signingKeysIn } from '../keys/signing-keys.ts';
import { sessionKey } from '../people-records/session.ts';
import { type Client, subjectId } from '../records/client.ts';
import { isLive, latestMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type Api, apiNameKey } from '../records/permissions.ts';
import { membershipKey, serviceUserKey, tenantKey, userKey } from '../records/principals.ts';
import { settingsIn } from '../records/settings.ts';
import { isWithinLifetime, scopeValues } from './access-token.ts';
import type { AccessTokenClaims, TokenClaims } from './claims.ts';
import type { SecretTokens, TokenVerifier, VerifiedToken } from './ports.ts';
import { claimsBySecret } from './secret-signed-token.ts';
import { areEntitlementsKept, arePartiesActive, isTokenRevoked, withinActorsReach } from './token-dependencies.ts';
import { dividedScope, userAccessNow } from './user-token.ts';

/** An access token that is active now. */
export interface LiveToken {
  readonly claims: TokenClaims;
  /** The subject's client. If an actor acts for the subject, the actor's client presents the token. */
  readonly client: Client;
  readonly standing: Standing;
  readonly api: Api;
  /** Permissions that the client has now and that the scope names. A long-lived token has no scope and permits all. */
  readonly permissions: readonly string[];
  readonly look: Look;
}

interface Ports {
  readonly verifier: TokenVerifier;
  readonly records: RecordReader;
  readonly clock: Clock;
  readonly hs256Apis?: boolean;
  /** Verifies HS256 tokens; without it they are refused. */
  readonly secretTokens?: SecretTokens;
}

/** A token as the party that asks about it sees it before the records decide. `clientId` is the client that holds it. */
export interface TokenInQuestion {
  readonly clientId: string;
  readonly audience: string;
  readonly tenantId: string | undefined;
}

/**
 * Says whether a party may learn about a token. A token that it may not learn about is left there: work and time do not
 * depend on whether that token is active. The records that it reads of the token's API are read in `look`.
 */
export type MayLearn = (token: TokenInQuestion, look: Look) => Promise<boolean>;

/** The claims of a token that Mintmark signed and that has not expired. Revocations are not checked. */
export async function verifiedClaims(
  token: string,
  { verifier, clock }: Pick<Ports, 'verifier' | 'clock'>,
): Promise<TokenClaims | undefined> {
  return (await verifiedToken(token, { verifier, clock }))?.claims;
}

/** Returns the same as `verifiedClaims`, also for a token that the secret of an API signed (HS256). */
export async function verifiedClaimsOfAny(
  token: string,
  look: Look,
  ports: Omit<Ports, 'records'>,
): Promise<TokenClaims | undefined> {
  const verified = await verifiedClaims(token, ports);
  if (verified !== undefined) return verified;
  const claims = await claimsBySecret(token, look, ports);
  return claims && isWithinLifetime(claims, ports.clock.nowSeconds()) ? claims : undefined;
}

/** A token that one of our keys signed and that has not expired. */
async function verifiedToken(
  token: string,
  { verifier, clock }: Pick<Ports, 'verifier' | 'clock'>,
): Promise<VerifiedToken | undefined> {
  const nowSeconds = clock.nowSeconds();
  const verified = await verifier.verify(token, nowSeconds);
  return verified && isWithinLifetime(verified.claims, nowSeconds) ? verified : undefined;
}

/**
 * Finds a token by its text. Undefined for a token that Mintmark did not sign, that is expired or revoked, whose client
 * or subject is not active, whose API is deleted, or that has no permission left. The caller does not learn the reason
 * (RFC 7662 §2.2). With `mayLearn`, undefined also for a token that the party that asks may not learn about.
 */
export async function findLiveToken(token: string, ports: Ports, mayLearn?: MayLearn): Promise<LiveToken | undefined> {
  const verified = await verifiedToken(token, ports);
  if (verified === undefined) return findBySecret(token, ports, mayLearn);
  const { claims } = verified;
  // The name differs from the client id, because a client that authenticates with this id reads other records ahead.
  const look = ports.records.open(`token of ${claims.client_id}`);
  if (mayLearn !== undefined && !(await isDisclosed(claims, look, mayLearn))) return undefined;
  const [live, isKeyTrusted] = await Promise.all([
    liveTokenOf(claims, look, ports),
    isByTrustedKey(verified, look, ports.clock),
  ]);
  return isKeyTrusted ? live : undefined;
}

/** Finds a token that the secret of an API signed (HS256). */
async function findBySecret(token: string, ports: Ports, mayLearn?: MayLearn): Promise<LiveToken | undefined> {
  const look = ports.records.open('token by a secret');
  const claims = await claimsBySecret(token, look, ports);
  if (claims === undefined || !isWithinLifetime(claims, ports.clock.nowSeconds())) return undefined;
  if (mayLearn !== undefined && !(await isDisclosed(claims, look, mayLearn))) return undefined;
  return liveTokenOf(claims, look, ports);
}

/** Asks `mayLearn`, and reads the same records as `liveTokenOf` reads first, so that asking takes no round trip more. */
async function isDisclosed(claims: TokenClaims, look: Look, mayLearn: MayLearn): Promise<boolean> {
  readAhead(claims, look);
  const { client_id: clientId, aud: audience, tenant_id: tenantId } = claims;
  const [isPermitted] = await Promise.all([
    mayLearn({ clientId, audience, tenantId }, look),
    look.client(subjectClientIdOf(claims)),
    isTokenRevoked(claims, look),
    signingKeysIn(look),
  ]);
  return isPermitted;
}

/** Decides by the records whether verified claims belong to an active token; undefined if they do not. */
export async function liveTokenOf(
  claims: TokenClaims,
  look: Look,
  { clock }: Pick<Ports, 'clock'>,
): Promise<LiveToken | undefined> {
  readAhead(claims, look);
  const nowSeconds = clock.nowSeconds();
  const [client, isRevoked, isComplete] = await Promise.all([
    look.client(subjectClientIdOf(claims)),
    isTokenRevoked(claims, look),
    arePartiesActive(claims, look, nowSeconds),
  ]);
  if (client === undefined || isRevoked || !isComplete || !isLive(client, nowSeconds)) return undefined;
  if (claims.scope !== undefined && isOfUser(claims, client)) return liveUserToken(claims, client, look, { clock });

  const reading = [standingOf(client, look), findApi(claims.aud, look), settingsIn(look)] as const;
  const [standing, api, settings] = await Promise.all(reading);
  if (standing === undefined || api === undefined) return undefined;
  if (authenticatedAtSeconds(claims) < latestMark(standing, settings)) return undefined;
  if (!agreesWithRecords(claims, { client, standing, api })) return undefined;
  if (!(await areEntitlementsKept(claims, { client, standing, api }, look))) return undefined;

  const own = await allowedPermissions(client, standing, api, look);
  const allowed = await withinActorsReach(claims, { allowed: own, api }, look);
  const permissions = claims.scope === undefined ? allowed : stillAllowed(claims.scope, allowed);
  return permissions.length === 0 ? undefined : { claims, client, standing, api, permissions, look };
}

/**
 * Whether an application got the token for a user: its subject is not the application itself. The id of a user may have
 * any form, because users come from other products with their ids. A delegated token is never of this kind.
 */
function isOfUser(claims: TokenClaims, client: Client): boolean {
  if (claims.subject_client_id !== undefined) return false;
  return client.subject.type === 'application' && claims.sub !== subjectId(client);
}

/** Decides by the records whether the token of a user is active, and what it permits now. */
async function liveUserToken(
  claims: AccessTokenClaims,
  client: Client,
  look: Look,
  ports: Pick<Ports, 'clock'>,
): Promise<LiveToken | undefined> {
  const api = await findApiOfUser(claims.aud, claims.iss, look);
  if (api === undefined || !isBoundAsRequired(claims.cnf, bindingRulesFor(api, client))) return undefined;
  const { sub: userId, tenant_id: tenantId, sid: sessionId, granted_at: grantedAtSeconds = claims.iat } = claims;
  const scopes = dividedScope(scopeValues(claims.scope));
  const dependsOn = claims.depends_on ?? [];
  const granted = { userId, tenantId, sessionId, grantedAtSeconds, dependsOn, ...scopes };
  const access = await userAccessNow(granted, { client, api }, look, ports);
  return access && { claims, client, api, look, ...access };
}

/** The values of a scope that are still allowed. */
export function stillAllowed(scope: string, allowed: readonly string[]): readonly string[] {
  return scopeValues(scope).filter((value) => allowed.includes(value));
}

/** The id of the subject's client, whose records decide what the token permits. */
function subjectClientIdOf({ client_id, subject_client_id = client_id }: TokenClaims): string {
  return subject_client_id;
}

/**
 * When the subject authenticated. A revocation after this moment also covers tokens that were refreshed or exchanged
 * later.
 */
function authenticatedAtSeconds({ iat, auth_time = iat }: TokenClaims): number {
  return auth_time;
}

/** Checks the key against the record, because the keys of the verifier are older: a key may be revoked since (V5). */
async function isByTrustedKey({ claims, key }: VerifiedToken, look: Look, clock: Clock): Promise<boolean> {
  return isTrustedNow(key, claims.scope === undefined, {
    stored: await signingKeysIn(look),
    nowSeconds: clock.nowSeconds(),
  });
}

/** Expects all records that the token names, so that they are read together. This saves a round trip. */
function readAhead(claims: TokenClaims, look: Look): void {
  const { aud, sub, sid, tenant_id } = claims;
  look.expect(apiNameKey(aud));
  // A failure shows when the session is asked for.
  if (sid !== undefined) look.findShortLived(sessionKey(sid)).catch(() => undefined);
  if (tenant_id === undefined) return;
  look.expect(tenantKey(tenant_id));
  if (sub === subjectClientIdOf(claims)) return;
  if (isIdOf('svc', sub)) {
    look.expect(serviceUserKey(sub));
    return;
  }
  look.expect(userKey(sub));
  look.expect(membershipKey(tenant_id, sub));
}

/**
 * Whether the records still agree with the claims: the client has the same subject and tenant, a long-lived token is
 * the token of its client and for the same API, and the token is bound as the API requires now.
 */
function agreesWithRecords(
  claims: TokenClaims,
  { client, standing, api }: Pick<LiveToken, 'client' | 'standing' | 'api'>,
): boolean {
  if (!isBoundAsRequired(claims.cnf, bindingRulesFor(api, client))) return false;
  if (claims.sub !== subjectId(client)) return false;
  if (claims.tenant_id !== tenantOfScope(standing.scope)) return false;
  if (claims.scope !== undefined) return client.accessToken === undefined;
  return client.accessToken?.tokenId === claims.jti && client.accessToken.apiId === api.id;
}
