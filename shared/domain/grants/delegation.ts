import { DomainError } from '../errors.ts';
import type { AccessTokenClaims, Actor } from '../tokens/claims.ts';

/** The longest chain of actors in a token. A longer chain is a mistake, or hides where a request came from. */
const ACTORS_MAX = 5;

/**
 * Makes the claim `act` of a delegated token: the new actor, and inside it the actors of the subject token (RFC 8693
 * §4.1).
 * @throws DomainError `invalid_request` if the subject token has too many actors, or names the new actor already
 */
export function delegateTo(
  actor: Omit<Actor, 'act'>,
  { sub, client_id: clientId, subject_client_id: subjectClientId, act }: AccessTokenClaims,
): Actor {
  const earlier = actorsOf(act);
  const known = [sub, clientId, subjectClientId, ...earlier.flatMap((each) => [each.sub, each.client_id])];
  if (earlier.length >= ACTORS_MAX) throw refused('The subject token names too many actors already.');
  if (known.includes(actor.sub) || known.includes(actor.client_id)) {
    throw refused('The subject token names this actor already.');
  }
  return { ...actor, ...(act && { act }) };
}

/**
 * Checks that the subject token does not reserve its delegation for another actor by `may_act` (RFC 8693 §4.4).
 * @throws DomainError `invalid_request`
 */
export function assertMayAct({ sub }: Pick<Actor, 'sub'>, { iss, may_act: mayAct }: AccessTokenClaims): void {
  if (mayAct === undefined || (mayAct.sub === sub && (mayAct.iss ?? iss) === iss)) return;
  throw refused('The subject token allows another actor only.');
}

/** The chain of actors as a list, the present actor first. */
function actorsOf(act: Actor | undefined): readonly Actor[] {
  return act === undefined ? [] : [act, ...actorsOf(act.act)];
}

function refused(description: string): DomainError {
  return new DomainError('invalid_request', description, { field: 'subject_token' });
}
