import type { AccessTokenClaims } from './access-token.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';
import type { ManagementCaller } from './authority.ts';
import { allowedPermissions } from './entitlement.ts';
import { findLiveToken, type LiveToken } from './live-token.ts';
import type { AttemptLimiter, Clock, StandingReader, TokenVerifier } from './ports.ts';
import { standingOf } from './standing.ts';
import { SYSTEM_API_ID, type SystemPermission } from './system-api.ts';

/** An answer of RFC 7662 §2.2: for an active token its claims, with what it allows now. */
export type Introspection = { readonly active: false } | ({ readonly active: true } & IntrospectedClaims);
type IntrospectedClaims = AccessTokenClaims & { readonly token_type: 'Bearer' };

/** Who asks: a client with its credentials, or the bearer of a management token with `introspect:tokens`. */
export type Introspector = AuthenticatedClient | ManagementCaller;

interface Ports {
  readonly verifier: TokenVerifier;
  readonly standing: StandingReader;
  readonly clock: Clock;
  readonly limiter: AttemptLimiter;
}

const INACTIVE: Introspection = { active: false };
const INTROSPECT: SystemPermission = 'introspect:tokens';

/**
 * Tells a caller what a token is worth now. A caller learns about its own tokens; with `introspect:tokens` also about
 * those of its tenant or, as an application of the workspace, about all. Everything else is inactive to it (§4).
 * @throws DomainError `rate_limited` for a caller that keeps asking about tokens nobody issued.
 */
export async function introspectToken(caller: Introspector, token: string, ports: Ports): Promise<Introspection> {
  const callerId = 'client' in caller ? caller.client.id : caller.clientId;
  await ports.limiter.assertMayTry(callerId);
  const found = await findLiveToken(token, ports);
  if (found === undefined) {
    await ports.limiter.recordFailure(callerId);
    return INACTIVE;
  }
  if (callerId === found.claims.client_id) return activeAnswer(found);
  const reach = 'client' in caller ? await reachOf(caller) : { tenantId: caller.tenantId };
  const mayKnow = reach !== undefined && (reach.tenantId === undefined || reach.tenantId === found.standing.tenantId);
  return mayKnow ? activeAnswer(found) : INACTIVE;
}

/** Whose tokens a client may ask about besides its own: undefined for nobody's, no tenant for everybody's. */
async function reachOf({ client, look }: AuthenticatedClient): Promise<{ tenantId: string | undefined } | undefined> {
  const [standing, systemApi] = await Promise.all([standingOf(client, look), look.find('api', SYSTEM_API_ID)]);
  if (standing === undefined || systemApi === undefined) return undefined;
  const allowed = await allowedPermissions(client, standing, systemApi, look);
  return allowed.includes(INTROSPECT) ? { tenantId: standing.tenantId } : undefined;
}

function activeAnswer({ claims, permissions }: LiveToken): Introspection {
  const current = claims.tenant_id === undefined ? {} : { permissions };
  return { active: true, token_type: 'Bearer', ...claims, scope: permissions.join(' '), ...current };
}
