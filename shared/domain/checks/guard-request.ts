import type { Clock } from '../ambient.ts';
import type { AssertionVerifier, CertificateReader, ProofMemory, ProofVerifier } from '../authentication/ports.ts';
import type { RecordReader } from '../records/look.ts';
import { scopeValues } from '../tokens/access-token.ts';
import type { TokenClaims } from '../tokens/claims.ts';
import { findLiveToken, verifiedClaims } from '../tokens/live-token.ts';
import type { SecretTokens, StatusEntries, StatusListMemory, TokenVerifier } from '../tokens/ports.ts';
import { findSelfSignedToken } from '../tokens/self-signed-token.ts';
import { isRevokedByList, type StatusList } from '../tokens/status-list.ts';
import { dividedScope } from '../tokens/user-token.ts';
import { findRule, type RoutedRequest, type RouteRules, routeRules } from './route-rules.ts';
import { findMismatch, type PresentedToken } from './sender-constraint.ts';

/** The API that an authorizer protects, and the rules of this authorizer. */
export interface ProtectedApi {
  /** The identifier of the API. Tokens for any other audience are refused. */
  readonly audience: string;
  /**
   * `offline` checks signature and expiry without a call. It refuses long-lived tokens and HS256 tokens. For a token on
   * a status list, it reads the list once in the time to live of the list. `online` also checks the records: token,
   * client and subject must be active, and only their present permissions count.
   */
  readonly mode: 'offline' | 'online';
  /**
   * Route key → the permission that the route needs; null if any token for this API is enough. A route key is a method or
   * `ANY`, one space, and a path with variables for one segment (`GET /reports/{id}`) or for the rest (`/{proxy+}`).
   */
  readonly routes: Readonly<Record<string, string | null>>;
  /**
   * Whether key-bound tokens are accepted, or required; undefined refuses them. A proof is for one request, so
   * the decision about a bound token must not be cached.
   */
  readonly dpop?: 'accepted' | 'required' | undefined;
  /** Whether certificate-bound tokens are accepted, or required; undefined refuses them. The API needs mutual TLS. */
  readonly mtls?: 'accepted' | 'required' | undefined;
  /**
   * Whether tokens that service users sign themselves are accepted; only `online`, and only if the API accepts them.
   */
  readonly selfSigned?: 'accepted' | undefined;
  /**
   * The beginning of the API's URLs in proofs, e.g. `https://api.example.com`: scheme, host, and the part of the path
   * that API Gateway does not see. Undefined for the host name of API Gateway, which is wrong behind a proxy.
   */
  readonly origin?: string | undefined;
}

/** A protected API with its routes in the form that finds the rule of a request. */
export interface ApiGuard extends Omit<ProtectedApi, 'routes'> {
  readonly rules: RouteRules;
}

/**
 * Reads the routes of a protected API.
 * @throws Error with the route that is no route key, or that stands there twice
 */
export function apiGuard({ routes, ...api }: ProtectedApi): ApiGuard {
  return { ...api, rules: routeRules(routes) };
}

/** The access that a valid token gives: its claims, and whether it permits the request. */
export interface GuardedAccess {
  readonly claims: TokenClaims;
  readonly permissions: readonly string[];
  readonly isAllowed: boolean;
}

interface Ports {
  readonly issuer: string;
  readonly verifier: TokenVerifier;
  readonly assertionVerifier: AssertionVerifier;
  readonly hs256Apis: boolean;
  readonly secretTokens: SecretTokens;
  readonly records: RecordReader;
  readonly statusEntries: StatusEntries;
  readonly statusLists: StatusListMemory<StatusList>;
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly certificates: CertificateReader;
  readonly clock: Clock;
}

/**
 * Decides whether a token permits a request to an API; undefined for a token that is not valid at this API, or whose
 * sender does not prove the binding. A request without a rule is refused.
 * @param request undefined if its path cannot be read
 */
export async function guardRequest(
  presented: PresentedToken,
  request: RoutedRequest | undefined,
  guard: ApiGuard,
  ports: Ports,
): Promise<GuardedAccess | undefined> {
  const { value: token } = presented;
  const found = guard.mode === 'online' ? await findOnline(token, guard, ports) : await findOffline(token, ports);
  if (found === undefined || found.claims.aud !== guard.audience) return undefined;
  const { claims, permissions } = found;
  if (!isBindingAccepted(claims, guard) || (await findMismatch(presented, claims, ports)) !== undefined) {
    return undefined;
  }
  const rule = request && findRule(guard.rules, request);
  const isAllowed = rule !== undefined && (rule.permission === null || permissions.includes(rule.permission));
  return { claims, permissions, isAllowed };
}

/** Whether the token has every binding that the API requires, and no binding that it refuses. */
function isBindingAccepted({ cnf = {} }: TokenClaims, { dpop, mtls }: ApiGuard): boolean {
  const isAccepted = (binding: string | undefined, policy: ApiGuard['dpop']) =>
    binding === undefined ? policy !== 'required' : policy !== undefined;
  return isAccepted(cnf.jkt, dpop) && isAccepted(cnf['x5t#S256'], mtls);
}

async function findOnline(token: string, { selfSigned }: ApiGuard, ports: Ports) {
  const found = await findLiveToken(token, ports);
  return found === undefined && selfSigned === 'accepted' ? findSelfSignedToken(token, ports) : found;
}

async function findOffline(token: string, ports: Ports) {
  const claims = await verifiedClaims(token, ports);
  if (claims?.scope === undefined || (await isRevokedByList(claims, ports))) return undefined;
  const values = scopeValues(claims.scope);
  // In a user's token, scopes about the person are no permissions, also if an API declares one of the same name.
  return { claims, permissions: claims.granted_at === undefined ? values : dividedScope(values).permissions };
}
