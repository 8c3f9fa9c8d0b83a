import { DomainError } from '../errors.ts';
import type { AccessTokenClaims, Actor } from '../tokens/claims.ts';

/** So many may act one behind the other. A longer chain is a mistake, or somebody who covers tracks. */
const ACTORS_MAX = 5;

/**
 * The actors of a token that is given for another one: the new one in front.
 * @throws DomainError `invalid_request` where there would be too many, or one acts who did before
 */
export function actorsBehind(
  actor: Omit<Actor, 'act'>,
  { sub, client_id: clientId, subject_client_id: principalId, act }: AccessTokenClaims,
): Actor {
  const earlier = chainOf(act);
  const known = [sub, clientId, principalId, ...earlier.flatMap((one) => [one.sub, one.client_id])];
  if (earlier.length >= ACTORS_MAX) throw refused('There are too many actors in the subject token already.');
  if (known.includes(actor.sub) || known.includes(actor.client_id)) throw refused('The actor is in the token already.');
  return { ...actor, ...(act && { act }) };
}

/** @throws DomainError `invalid_request` where the subject token says that somebody else may act */
export function assertMayAct({ sub }: Pick<Actor, 'sub'>, { iss, may_act: mayAct }: AccessTokenClaims): void {
  if (mayAct === undefined || (mayAct.sub === sub && (mayAct.iss ?? iss) === iss)) return;
  throw refused('The subject token is for another actor.');
}

function chainOf(act: Actor | undefined): readonly Actor[] {
  return act === undefined ? [] : [act, ...chainOf(act.act)];
}

function refused(description: string): DomainError {
  return new DomainError('invalid_request', description, { field: 'subject_token' });
}
