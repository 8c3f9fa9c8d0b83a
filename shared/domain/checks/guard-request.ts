import type { Clock } from '../ambient.ts';
import type { AssertionVerifier, CertificateReader, ProofMemory, ProofVerifier } from '../authentication/ports.ts';
import type { RecordReader } from '../records/look.ts';
import { scopeValues } from '../tokens/access-token.ts';
import type { TokenClaims } from '../tokens/claims.ts';
import { findLiveToken, verifiedClaims } from '../tokens/live-token.ts';
import type { SecretTokens, StatusEntries, StatusListMemory, TokenVerifier } from '../tokens/ports.ts';
import { findSelfSignedToken } from '../tokens/self-signed-token.ts';
import { isRevokedByList, type StatusList } from '../tokens/status-list.ts';
import { findMismatch, type PresentedToken } from './sender-constraint.ts';

/** What an authorizer stands in front of. */
export interface ProtectedApi {
  /** The API's identifier: tokens for any other audience are refused. */
  readonly audience: string;
  /**
   * `offline` trusts signature and expiry, calls nobody and refuses long-lived tokens and those of HS256; only where a token is on a status
   * list, it reads that list once in its time to live. `online` also asks whether token, client and subject stand and
   * what they may still do.
   */
  readonly mode: 'offline' | 'online';
  /** Route key (`GET /reports/{id}`) → the permission it needs; null where any token for this API will do. */
  readonly routes: Readonly<Record<string, string | null>>;
  /**
   * Whether it takes tokens that are bound to a key, or no others; without this it takes none of these. A proof is for
   * one request, so no decision about one may be repeated.
   */
  readonly dpop?: 'accepted' | 'required' | undefined;
  /** The same of tokens that are bound to a certificate: the API needs a domain with mutual TLS. */
  readonly mtls?: 'accepted' | 'required' | undefined;
  /** Whether it takes JWTs that service users sign themselves, where it works online and its API accepts them. */
  readonly selfSigned?: 'accepted' | undefined;
  /**
   * How clients name the API in proofs, e.g. `https://api.example.com`: scheme and host, with as much of the path as API
   * Gateway does not see. Without it the host by which API Gateway was called, which is another one where something
   * stands in front of it.
   */
  readonly origin?: string | undefined;
}

/** What a valid token opens. */
export interface GuardedAccess {
  readonly claims: TokenClaims;
  readonly permissions: readonly string[];
  readonly allowedRoutes: readonly string[];
  readonly refusedRoutes: readonly string[];
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
 * Which routes a token opens; undefined for a token that is not valid at this API, or not from whom it is bound to. A
 * route without rule is closed.
 */
export async function guardRequest(
  presented: PresentedToken,
  api: ProtectedApi,
  ports: Ports,
): Promise<GuardedAccess | undefined> {
  const { value: token } = presented;
  const found = api.mode === 'online' ? await findOnline(token, api, ports) : await findOffline(token, ports);
  if (found === undefined || found.claims.aud !== api.audience) return undefined;
  const { claims, permissions } = found;
  if (!isBindingTaken(claims, api) || (await findMismatch(presented, claims, ports)) !== undefined) return undefined;
  const isOpen = (route: string) => {
    const needed = api.routes[route];
    return needed === null || (needed !== undefined && permissions.includes(needed));
  };
  const routes = Object.keys(api.routes);
  return {
    claims,
    permissions,
    allowedRoutes: routes.filter(isOpen),
    refusedRoutes: routes.filter((route) => !isOpen(route)),
  };
}

/** Whether the token is bound in each way that the API requires, and in none that it does not check. */
function isBindingTaken({ cnf = {} }: TokenClaims, { dpop, mtls }: ProtectedApi): boolean {
  const isTaken = (binding: string | undefined, policy: ProtectedApi['dpop']) =>
    binding === undefined ? policy !== 'required' : policy !== undefined;
  return isTaken(cnf.jkt, dpop) && isTaken(cnf['x5t#S256'], mtls);
}

async function findOnline(token: string, { selfSigned }: ProtectedApi, ports: Ports) {
  const found = await findLiveToken(token, ports);
  return found === undefined && selfSigned === 'accepted' ? findSelfSignedToken(token, ports) : found;
}

async function findOffline(token: string, ports: Ports) {
  const claims = await verifiedClaims(token, ports);
  if (claims?.scope === undefined || (await isRevokedByList(claims, ports))) return undefined;
  return { claims, permissions: scopeValues(claims.scope) };
}
