import { type AccessTokenClaims, isWithinLifetime, scopeValues } from './access-token.ts';
import { allowedPermissions, findApi } from './entitlement.ts';
import { isIdOf } from './ids.ts';
import type { Clock, Look, StandingReader, TokenVerifier } from './ports.ts';
import { type Api, apiNameKey, type Client, membershipKey } from './records.ts';
import { isLive, type Standing, standingOf, subjectId } from './standing.ts';

/** An access token that is worth something at this moment. */
export interface LiveToken {
  readonly claims: AccessTokenClaims;
  readonly client: Client;
  readonly standing: Standing;
  readonly api: Api;
  /** What the token allows now: its scope less everything taken away since it was signed. */
  readonly permissions: readonly string[];
  readonly look: Look;
}

interface Ports {
  readonly verifier: TokenVerifier;
  readonly standing: StandingReader;
  readonly clock: Clock;
}

/** The claims of a token that is ours and within its times; says nothing about revocation. */
export async function verifiedClaims(
  token: string,
  { verifier, clock }: Pick<Ports, 'verifier' | 'clock'>,
): Promise<AccessTokenClaims | undefined> {
  const claims = await verifier.verify(token);
  return claims && isWithinLifetime(claims, clock.nowSeconds()) ? claims : undefined;
}

/**
 * Looks a token up: undefined for whatever is not ours, expired, revoked, whose client, subject or API does not stand
 * any more, or that allows nothing any more. All of these are one answer, so that nobody learns which it was (RFC 7662 §2.2).
 */
export async function findLiveToken(token: string, ports: Ports): Promise<LiveToken | undefined> {
  const claims = await verifiedClaims(token, ports);
  if (claims === undefined) return undefined;

  // Not by the client id alone: who authenticates with the same id in the same request needs other records.
  const look = ports.standing.open(`token of ${claims.client_id}`);
  readAhead(claims, look);
  const [client, isRevoked] = await Promise.all([look.client(claims.client_id), look.isRevoked(claims.jti)]);
  if (client === undefined || isRevoked || !isLive(client, ports.clock.nowSeconds())) return undefined;
  if (claims.iat < (client.revokedBeforeSeconds ?? 0)) return undefined;

  const [standing, api] = await Promise.all([standingOf(client, look), findApi(claims.aud, look)]);
  if (standing === undefined || api === undefined || !isAbout(claims, client, standing)) return undefined;

  const allowed = await allowedPermissions(client, standing, api, look);
  const permissions = scopeValues(claims.scope).filter((value) => allowed.includes(value));
  return permissions.length === 0 ? undefined : { claims, client, standing, api, permissions, look };
}

/** The token names the records that decide about it; asking for all of them at once saves a round trip. */
function readAhead({ aud, client_id, sub, tenant_id }: AccessTokenClaims, look: Look): void {
  look.expect('name', apiNameKey(aud));
  if (tenant_id === undefined) return;
  look.expect('tenant', tenant_id);
  if (sub === client_id) return;
  if (isIdOf('svc', sub)) {
    look.expect('serviceUser', sub);
    return;
  }
  look.expect('user', sub);
  look.expect('membership', membershipKey(tenant_id, sub));
}

/** A client id is never given twice, but the token must also agree about whom the client acts for. */
function isAbout(claims: AccessTokenClaims, client: Client, standing: Standing): boolean {
  return claims.sub === subjectId(client) && claims.tenant_id === standing.tenantId;
}
