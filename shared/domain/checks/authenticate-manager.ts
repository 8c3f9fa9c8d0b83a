import type { CallerLogin, ManagementCaller } from '../access/authority.ts';
import { systemApiIdentifier } from '../access/system-api.ts';
import type { Clock } from '../ambient.ts';
import type { CertificateReader, ProofMemory, ProofVerifier } from '../authentication/ports.ts';
import { DomainError } from '../errors.ts';
import type { RecordReader } from '../records/look.ts';
import { SYSTEM_API_ID } from '../records/permissions.ts';
import type { TokenClaims } from '../tokens/claims.ts';
import { findLiveToken } from '../tokens/live-token.ts';
import type { TokenVerifier } from '../tokens/ports.ts';
import { assertIsSender, type PresentedToken } from './sender-constraint.ts';

/** The ports that authenticate a caller of the management API. */
export interface ManagerPorts {
  readonly issuer: string;
  readonly verifier: TokenVerifier;
  readonly records: RecordReader;
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly certificates: CertificateReader;
  readonly clock: Clock;
}

/**
 * Authenticates a caller of the management API by its access token. The management API is known by its id. Its
 * identifier alone proves nothing, because before the issuer moves to another host, that host's identifier is free.
 * @throws DomainError `invalid_token` (RFC 6750 §3.1) for a token that is not active or is for another API, and as
 * `assertIsSender` does
 */
export async function authenticateManager(presented: PresentedToken, ports: ManagerPorts): Promise<ManagementCaller> {
  const live = await findLiveToken(presented.value, ports);
  if (live?.api.id !== SYSTEM_API_ID || live.claims.aud !== systemApiIdentifier(ports.issuer)) {
    throw new DomainError('invalid_token', 'The access token is expired, revoked or not valid for this API.');
  }
  const { claims, standing, permissions, client } = live;
  await assertIsSender(presented, claims, ports);
  return {
    clientId: claims.client_id,
    subject: claims.sub,
    scope: standing.scope,
    userId: standing.userId,
    login: loginOf(claims),
    permissions,
    roles: standing.roles,
    heldPermissions: standing.permissions,
    registration: client.registration,
  };
}

/** The login behind a token; undefined for the token of a machine, and for one that outlives its session. */
function loginOf(claims: TokenClaims): CallerLogin | undefined {
  if (claims.sid === undefined) return undefined;
  return { sessionId: claims.sid, authenticatedAtSeconds: claims.auth_time };
}
