import { containsTenant, tenantOfScope } from '../access/caller-scope.ts';
import { allowedPermissions, currentPermissions, entitlementOf } from '../access/entitlement.ts';
import { DomainError } from '../errors.ts';
import { subjectId } from '../records/client.ts';
import type { RecordReader } from '../records/look.ts';
import { type Api, SYSTEM_API_ID } from '../records/permissions.ts';
import type { AccessTokenClaims, Actor } from '../tokens/claims.ts';
import { findLiveToken, type LiveToken } from '../tokens/live-token.ts';
import type { TokenVerifier } from '../tokens/ports.ts';
import { isEntitlementId } from '../tokens/token-dependencies.ts';
import { assertPossession, type Possession } from './bind-token.ts';
import { type Access, decideAccess, type TokenHolder } from './decide-access.ts';
import { assertMayAct, delegateTo } from './delegation.ts';
import type { GrantRequest, GrantResponse } from './grant.ts';
import { type IssuePorts, issueAccessToken } from './issue-access-token.ts';

/** The type of every issued token (RFC 8693 §3). */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The types that a request may name. Both mean an access token, because Mintmark's access tokens are JWTs. */
const TOKEN_TYPES = [ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'];

interface Ports extends IssuePorts {
  readonly defaultAudience: string | undefined;
  readonly verifier: TokenVerifier;
  readonly records: RecordReader;
}

/** An active short-lived access token. A long-lived token is a credential and cannot be exchanged. */
interface LiveAccessToken extends LiveToken {
  readonly claims: AccessTokenClaims;
}

/**
 * Exchanges a token (RFC 8693): an API that was called with a token gets its own token for another API and the same
 * subject. The actor of the new token is the requester, or the subject of the actor token. The new token permits only
 * what the subject token, the subject's client and the requester all permit. It expires before the tokens that it comes
 * from, or together with them, and ends when one of them or one of their clients ends.
 * @throws DomainError `invalid_request` for a token that is missing, not active or not usable by this client (DEC13);
 * `invalid_target`, `invalid_scope`; `invalid_dpop_proof` without a proof for a key-bound token; and as
 * `issueAccessToken` does
 */
export async function exchangeToken(
  requester: TokenHolder,
  request: GrantRequest,
  ports: Ports,
): Promise<GrantResponse> {
  const { tokens = {}, possession = {} } = request;
  assertType('requested_token_type', tokens.requestedTokenType ?? ACCESS_TOKEN);
  const [subjectToken, actorToken] = await Promise.all([
    findToken('subject_token', tokens.subjectToken, tokens.subjectTokenType, ports),
    tokens.actorToken === undefined && tokens.actorTokenType === undefined
      ? undefined
      : findToken('actor_token', tokens.actorToken, tokens.actorTokenType, ports),
  ]);
  await assertUsable({ requester, subjectToken, actorToken }, possession);
  const actor = actorOf(requester, actorToken);
  assertMayAct(actor, subjectToken.claims);
  const act = delegateTo(actor, subjectToken.claims);
  const access = await decide(requester, subjectToken, request, ports);
  const holder = { ...requester, expiresAtSeconds: endOf(requester, subjectToken, actorToken) };
  const { iat, auth_time: authTimeSeconds = iat, may_act: mayAct } = subjectToken.claims;
  const delegation = { client: subjectToken.client, act, mayAct };
  const dependsOn = [...dependencies(subjectToken, actorToken), await entitlementOfSubject(subjectToken, access)];
  const terms = { possession, dependsOn, authTimeSeconds, delegation };
  return { token: await issueAccessToken(holder, access, terms, ports), issuedTokenType: ACCESS_TOKEN };
}

type TokenField = 'subject_token' | 'actor_token';

/** HS256 tokens are refused: an API that shares the secret could forge them. So no port for secrets is passed on. */
async function findToken(
  field: TokenField,
  value: string | undefined,
  type: string | undefined,
  { verifier, records, clock }: Ports,
): Promise<LiveAccessToken> {
  if (value === undefined || type === undefined) throw invalid(field, `Send ${field} and ${field}_type together.`);
  assertType(`${field}_type`, type);
  const found = await findLiveToken(value, { verifier, records, clock });
  if (found === undefined || found.claims.scope === undefined) throw unusable(field);
  // A user for whom an application acts is not the subject of its client, as which the new token would act.
  if (found.claims.sub !== subjectId(found.client)) throw unusable(field);
  return { ...found, claims: found.claims };
}

function assertType(field: string, type: string): void {
  if (!TOKEN_TYPES.includes(type)) throw invalid(field, `${field} must be ${TOKEN_TYPES.join(' or ')}.`);
}

interface Parties {
  readonly requester: TokenHolder;
  readonly subjectToken: LiveAccessToken;
  readonly actorToken: LiveAccessToken | undefined;
}

/**
 * Checks that the requester may use these tokens. It must hold the keys that they are bound to, and have a permission
 * at the API of each token; its own actor token needs no permission. An actor of a tenant acts in this tenant only, and
 * an actor token must not be a delegated token.
 */
async function assertUsable({ requester, subjectToken, actorToken }: Parties, possession: Possession): Promise<void> {
  assertPossession(subjectToken.claims.cnf, possession, otherCertificate);
  if (!(await hasPermissionAtApi(requester, subjectToken))) throw unusable('subject_token');
  if (actorToken === undefined) return;
  assertPossession(actorToken.claims.cnf, possession, otherCertificate);
  const isOwn = actorToken.claims.client_id === requester.client.id;
  const isForeign = !containsTenant(actorToken.standing.scope, tenantOfScope(subjectToken.standing.scope));
  if (isForeign || actorToken.claims.act !== undefined) throw unusable('actor_token');
  if (!isOwn && !(await hasPermissionAtApi(requester, actorToken))) throw unusable('actor_token');
}

/** Whether the requester has a permission at the API of this token. Introspection has the same rule. */
async function hasPermissionAtApi({ client, look }: TokenHolder, { api }: LiveToken): Promise<boolean> {
  return (await currentPermissions(client, api, look)).length > 0;
}

/** The refusal of a token that is bound to a certificate, if the request came without this certificate. */
function otherCertificate(): DomainError {
  return new DomainError('invalid_request', 'The token is bound to a certificate: use mutual TLS with it.');
}

function actorOf({ client }: TokenHolder, actorToken: LiveAccessToken | undefined): Omit<Actor, 'act'> {
  if (actorToken === undefined) return { sub: subjectId(client), client_id: client.id };
  return { sub: actorToken.claims.sub, client_id: actorToken.claims.client_id };
}

/**
 * Decides the access of the new token. Its upper limit is the permissions of the subject token and of its client. At
 * the management API, a delegation is not possible.
 */
async function decide(
  requester: TokenHolder,
  { claims, client, standing, permissions, look }: LiveAccessToken,
  { audiences, scope }: GrantRequest,
  ports: Ports,
): Promise<Access> {
  const ceiling = async (api: Api) => {
    if (api.id === SYSTEM_API_ID) return [];
    const allowed = await allowedPermissions(client, standing, api, look);
    return permissions.filter((value) => allowed.includes(value));
  };
  const wanted = { audiences: audiences.length === 0 ? [claims.aud] : audiences, scope };
  const access = await decideAccess(requester, wanted, ports, { ceiling });
  return { ...access, standing };
}

/** The id of the record that entitles the subject's client at the API of the new token. */
async function entitlementOfSubject({ client, look }: LiveAccessToken, { api }: Access): Promise<string> {
  return (await entitlementOf(client, api, look)).id;
}

function endOf({ expiresAtSeconds }: TokenHolder, ...tokens: readonly (LiveAccessToken | undefined)[]): number {
  const ends = tokens.flatMap((token) => (token === undefined ? [] : [token.claims.exp]));
  return Math.min(...ends, ...(expiresAtSeconds === undefined ? [] : [expiresAtSeconds]));
}

/**
 * Ids of these tokens, of the clients that requested them, and of the tokens and clients that they come from. What
 * entitles at the APIs of these tokens is left out, because the new token can be for another API.
 */
function dependencies(...tokens: readonly (LiveAccessToken | undefined)[]): readonly string[] {
  const ids = tokens.flatMap((token) => {
    if (token === undefined) return [];
    const { jti, client_id: clientId, depends_on: others = [] } = token.claims;
    return [...others.filter((id) => !isEntitlementId(id)), clientId, jti];
  });
  return [...new Set(ids)];
}

function unusable(field: TokenField): DomainError {
  return invalid(field, `The ${field} is not valid, or this client may not use it.`);
}

function invalid(field: string, description: string): DomainError {
  return new DomainError('invalid_request', description, { field });
}
