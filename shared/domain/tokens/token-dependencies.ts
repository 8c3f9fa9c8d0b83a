import { currentPermissions } from '../access/entitlement.ts';
import { standingOf } from '../access/standing.ts';
import { isIdOf } from '../ids.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import type { TokenClaims } from './claims.ts';

/** What a token's worth depends on besides its subject: what it was obtained with, and who obtained it. */

/** Whether a token was taken back, by itself or with the token or the family that it came from. */
export async function isTakenBack({ jti, depends_on: others = [] }: TokenClaims, look: Look): Promise<boolean> {
  const ids = [jti, ...others.filter((id) => !isIdOf('cli', id))];
  return (await Promise.all(ids.map((id) => look.isRevoked(id)))).includes(true);
}

/**
 * Whether everybody who stands between the subject and whoever presents the token may still obtain tokens, and could
 * ever since: by `nbf`, which is when the token was asked for.
 */
export async function isEverybodyStanding(claims: TokenClaims, look: Look, nowSeconds: number): Promise<boolean> {
  const { client_id: clientId, subject_client_id: principalId, nbf, depends_on: others = [] } = claims;
  if (principalId === undefined) return true;
  const ids = [clientId, ...others.filter((id) => isIdOf('cli', id))];
  const records = ids.map(async (id) => {
    const client = await look.client(id);
    if (client === undefined || !isLive(client, nowSeconds) || nbf < (client.revokedBeforeSeconds ?? 0)) return false;
    return (await standingOf(client, look)) !== undefined;
  });
  return !(await Promise.all(records)).includes(false);
}

/** What whoever acts for the subject may do itself, of what the subject may; all of it where the subject acts itself. */
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
