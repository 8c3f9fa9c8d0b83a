import { currentPermissions, type Entitlement, entitlementOf, granteeOf } from '../access/entitlement.ts';
import { type Standing, standingOf } from '../access/standing.ts';
import { isIdOf, isMadeId } from '../ids.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import type { TokenClaims } from './claims.ts';

/** The kinds of ids that are revoked: tokens, families and codes. Other ids name records that end in another way. */
const revocableKinds = ['tok', 'fam', 'cod'] as const;

/** Whether a token was revoked: the token itself, or a token or family that it comes from. */
export async function isTokenRevoked({ jti, depends_on: others = [] }: TokenClaims, look: Look): Promise<boolean> {
  const ids = [jti, ...others.filter((id) => revocableKinds.some((kind) => isIdOf(kind, id)))];
  return (await Promise.all(ids.map((id) => look.isRevoked(id)))).includes(true);
}

/**
 * Whether the requester of a delegated token and all earlier requesters are active, and no client among them had its
 * tokens revoked after the token was requested (`nbf`). True for a token without an actor.
 */
export async function arePartiesActive(claims: TokenClaims, look: Look, nowSeconds: number): Promise<boolean> {
  const { client_id: clientId, subject_client_id: subjectClientId, nbf, depends_on: others = [] } = claims;
  if (subjectClientId === undefined) return true;
  const ids = [clientId, ...others.filter((id) => isIdOf('cli', id))];
  const active = ids.map(async (id) => {
    const client = await look.client(id);
    if (client === undefined || !isLive(client, nowSeconds) || nbf < (client.revokedBeforeSeconds ?? 0)) return false;
    return (await standingOf(client, look)) !== undefined;
  });
  return !(await Promise.all(active)).includes(false);
}

/** Whether an id names the client grant or the API that entitles a client. */
export function isEntitlementId(id: string): boolean {
  return isMadeId('grn', id) || isMadeId('api', id);
}

/**
 * Whether the records that entitled the clients of a token still stand: at its API, the subject's client and its actor
 * each have the client grant from then, or the API is the API from then. A record that was deleted and made again is
 * another record. A token without such ids is from an earlier version, and must not be older than the records.
 */
export async function areEntitlementsKept(
  claims: TokenClaims,
  { client, standing, api }: { readonly client: Client; readonly standing: Standing; readonly api: Api },
  look: Look,
): Promise<boolean> {
  const actor = claims.subject_client_id === undefined ? undefined : await look.client(claims.client_id);
  const named = (claims.depends_on ?? []).filter(isEntitlementId);
  const ofSubject = entitlementOf(client, api, look, granteeOf(standing));
  const entitlements = await Promise.all(
    actor === undefined ? [ofSubject] : [ofSubject, entitlementOf(actor, api, look)],
  );
  return entitlements.every((entitlement) => isKept(entitlement, named, claims.iat));
}

/** Whether the entitlement is among the ids from then; without ids, whether it is from `issuedAtSeconds` or before. */
export function isKept({ id, sinceSeconds }: Entitlement, named: readonly string[], issuedAtSeconds: number): boolean {
  return named.length === 0 ? sinceSeconds <= issuedAtSeconds : named.includes(id);
}

/** Limits the subject's permissions to the permissions of its actor. A token without an actor keeps them all. */
export async function withinActorsReach(
  claims: TokenClaims,
  { allowed, api }: { readonly allowed: readonly string[]; readonly api: Api },
  look: Look,
): Promise<readonly string[]> {
  if (claims.subject_client_id === undefined) return allowed;
  const actor = await look.client(claims.client_id);
  const reach = actor === undefined ? [] : await currentPermissions(actor, api, look);
  return allowed.filter((value) => reach.includes(value));
}
