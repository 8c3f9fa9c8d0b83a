import { allowedPermissions, findApi } from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import type { Clock } from '../ambient.ts';
import { bindingRulesFor, isBoundAsRequired } from '../authentication/confirmation.ts';
import { isIdOf } from '../ids.ts';
import { isTrustedNow, signingKeysIn } from '../keys/signing-keys.ts';
import { type Client, subjectId } from '../records/client.ts';
import { isLive, latestMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type Api, apiNameKey } from '../records/permissions.ts';
import { membershipKey, serviceUserKey, tenantKey, userKey } from '../records/principals.ts';
import { settingsIn } from '../records/settings.ts';
import { isWithinLifetime, scopeValues } from './access-token.ts';
import type { TokenClaims } from './claims.ts';
import type { SecretTokens, TokenVerifier, VerifiedToken } from './ports.ts';
import { claimsBySecret } from './secret-signed-token.ts';
import { isEverybodyStanding, isTakenBack, withinActorsReach } from './token-dependencies.ts';

/** An access token that is worth something at this moment. */
export interface LiveToken {
  readonly claims: TokenClaims;
  /** The subject's own, which is not who presents the token where somebody acts for the subject. */
  readonly client: Client;
  readonly standing: Standing;
  readonly api: Api;
  /** What the token allows now: its scope, or for a long-lived one everything, less whatever was taken away meanwhile. */
  readonly permissions: readonly string[];
  readonly look: Look;
}

interface Ports {
  readonly verifier: TokenVerifier;
  readonly records: RecordReader;
  readonly clock: Clock;
  readonly hs256Apis?: boolean;
  /** Without it, tokens that a secret has signed are nobody's. */
  readonly secretTokens?: SecretTokens;
}

/** The claims of a token that is ours and within its times; says nothing about revocation. */
export async function verifiedClaims(
  token: string,
  { verifier, clock }: Pick<Ports, 'verifier' | 'clock'>,
): Promise<TokenClaims | undefined> {
  return (await verifiedToken(token, { verifier, clock }))?.claims;
}

/** The same, also for a token that the secret of an API has signed. */
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

async function verifiedToken(
  token: string,
  { verifier, clock }: Pick<Ports, 'verifier' | 'clock'>,
): Promise<VerifiedToken | undefined> {
  const nowSeconds = clock.nowSeconds();
  const verified = await verifier.verify(token, nowSeconds);
  return verified && isWithinLifetime(verified.claims, nowSeconds) ? verified : undefined;
}

/**
 * Looks a token up: undefined for whatever is not ours, expired, revoked, whose client, subject or API does not stand
 * any more, or that allows nothing any more. All of these are one answer, so that nobody learns which it was (RFC 7662 §2.2).
 */
export async function findLiveToken(token: string, ports: Ports): Promise<LiveToken | undefined> {
  const verified = await verifiedToken(token, ports);
  if (verified === undefined) return findBySecret(token, ports);
  const { claims } = verified;
  // Not by the client id alone: who authenticates with the same id in the same request needs other records.
  const look = ports.records.open(`token of ${claims.client_id}`);
  const [judged, isKeyTrusted] = await Promise.all([
    judge(claims, look, ports),
    isByTrustedKey(verified, look, ports.clock),
  ]);
  return isKeyTrusted ? judged : undefined;
}

/** The same for a token that the secret of an API has signed. */
async function findBySecret(token: string, ports: Ports): Promise<LiveToken | undefined> {
  const look = ports.records.open('token by a secret');
  const claims = await claimsBySecret(token, look, ports);
  return claims && isWithinLifetime(claims, ports.clock.nowSeconds()) ? judge(claims, look, ports) : undefined;
}

/** The same for claims that are known to be ours, signed by a key that is trusted, and within their times. */
export async function judge(
  claims: TokenClaims,
  look: Look,
  { clock }: Pick<Ports, 'clock'>,
): Promise<LiveToken | undefined> {
  readAhead(claims, look);
  const nowSeconds = clock.nowSeconds();
  const [client, isRevoked, isWhole] = await Promise.all([
    look.client(principalOf(claims)),
    isTakenBack(claims, look),
    isEverybodyStanding(claims, look, nowSeconds),
  ]);
  if (client === undefined || isRevoked || !isWhole || !isLive(client, nowSeconds)) return undefined;

  const reading = [standingOf(client, look), findApi(claims.aud, look), settingsIn(look)] as const;
  const [standing, api, settings] = await Promise.all(reading);
  if (standing === undefined || api === undefined || sinceWhen(claims) < latestMark(standing, settings))
    return undefined;
  if (!isAbout(claims, { client, standing, api })) return undefined;

  const own = await allowedPermissions(client, standing, api, look);
  const allowed = await withinActorsReach(claims, { allowed: own, api }, look);
  const permissions = claims.scope === undefined ? allowed : narrowed(claims.scope, allowed);
  return permissions.length === 0 ? undefined : { claims, client, standing, api, permissions, look };
}

/** Whose client's records say what the token is worth: the subject's. */
function principalOf({ client_id: clientId, subject_client_id: principalId = clientId }: TokenClaims): string {
  return principalId;
}

/** When the subject proved who it is: what revokes its tokens of before revokes what was made of them since. */
function sinceWhen({ iat, auth_time: authenticatedAtSeconds = iat }: TokenClaims): number {
  return authenticatedAtSeconds;
}

/** The verifier's keys are some moments old, and in these moments a key can have been revoked (V5). */
async function isByTrustedKey({ claims, key }: VerifiedToken, look: Look, clock: Clock): Promise<boolean> {
  return isTrustedNow(key, claims.scope === undefined, {
    stored: await signingKeysIn(look),
    nowSeconds: clock.nowSeconds(),
  });
}

/** The token names the records that decide about it; asking for all of them at once saves a round trip. */
function readAhead(claims: TokenClaims, look: Look): void {
  const { aud, sub, tenant_id } = claims;
  look.expect(apiNameKey(aud));
  if (tenant_id === undefined) return;
  look.expect(tenantKey(tenant_id));
  if (sub === principalOf(claims)) return;
  if (isIdOf('svc', sub)) {
    look.expect(serviceUserKey(sub));
    return;
  }
  look.expect(userKey(sub));
  look.expect(membershipKey(tenant_id, sub));
}

/** A scope, less what is not allowed any more. */
export function narrowed(scope: string, allowed: readonly string[]): readonly string[] {
  return scopeValues(scope).filter((value) => allowed.includes(value));
}

/**
 * A client id is never given twice, but the token must also agree about whom the client acts for; and a long-lived
 * token is the one that its client consists of, for the very API that it was made for. Where bound
 * tokens are required, no others from before are taken.
 */
function isAbout(
  claims: TokenClaims,
  { client, standing, api }: Pick<LiveToken, 'client' | 'standing' | 'api'>,
): boolean {
  if (!isBoundAsRequired(claims.cnf, bindingRulesFor(api, client))) return false;
  if (claims.sub !== subjectId(client) || claims.tenant_id !== standing.tenantId) return false;
  if (claims.scope !== undefined) return client.accessToken === undefined;
  return client.accessToken?.tokenId === claims.jti && client.accessToken.apiId === api.id;
}
