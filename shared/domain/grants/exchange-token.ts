import { allowedPermissions, currentPermissions } from '../access/entitlement.ts';
import { DomainError } from '../errors.ts';
import { subjectId } from '../records/client.ts';
import type { RecordReader } from '../records/look.ts';
import { type Api, SYSTEM_API_ID } from '../records/permissions.ts';
import type { AccessTokenClaims, Actor } from '../tokens/claims.ts';
import { findLiveToken, type LiveToken } from '../tokens/live-token.ts';
import type { TokenVerifier } from '../tokens/ports.ts';
import { assertPossession, type Possession } from './bind-token.ts';
import { type Access, decideAccess, type TokenHolder } from './decide-access.ts';
import { actorsBehind, assertMayAct } from './delegation.ts';
import type { GrantRequest, Traded } from './grant.ts';
import { type IssuePorts, issueAccessToken } from './issue-access-token.ts';

/** What is given and what is taken (RFC 8693 §3). Mintmark's access tokens are JWTs. */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const TOKEN_TYPES = [ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'];

interface Ports extends IssuePorts {
  readonly defaultAudience: string | undefined;
  readonly verifier: TokenVerifier;
  readonly records: RecordReader;
}

/** A live token that was exchanged, not one that is a credential. */
interface LiveAccessToken extends LiveToken {
  readonly claims: AccessTokenClaims;
}

/**
 * RFC 8693: an API that was called with a token gets one of its own to call another API with, for the same subject. The
 * subject stays; the requester, or whose token is sent as actor token, is named as actor. The new token allows nothing
 * that the subject token, its client and the requester do not all allow, does not outlive the subject token, and ends
 * with it and with everybody who is behind it.
 * @throws DomainError `invalid_request` for missing, dead or unfit tokens (DEC13); `invalid_target`, `invalid_scope`;
 * `invalid_dpop_proof` without proof for a token that is bound to a key; and as `issueAccessToken` does
 */
export async function exchangeToken(requester: TokenHolder, request: GrantRequest, ports: Ports): Promise<Traded> {
  const { tokens = {}, possession = {} } = request;
  const { subjectToken, subjectTokenType, actorToken, actorTokenType, requestedTokenType } = tokens;
  assertType('requested_token_type', requestedTokenType ?? ACCESS_TOKEN);
  const [subject, acting] = await Promise.all([
    findToken('subject_token', subjectToken, subjectTokenType, ports),
    actorToken === undefined && actorTokenType === undefined
      ? undefined
      : findToken('actor_token', actorToken, actorTokenType, ports),
  ]);
  await assertFit({ requester, subject, acting }, possession);
  const actor = actorOf(requester, acting);
  assertMayAct(actor, subject.claims);
  const act = actorsBehind(actor, subject.claims);
  const access = await decide(requester, subject, request, ports);
  const holder = { ...requester, expiresAtSeconds: endOf(requester, subject, acting) };
  const { iat, auth_time: sinceSeconds = iat, may_act: mayAct } = subject.claims;
  const onBehalfOf = { client: subject.client, act, mayAct };
  const terms = { possession, dependsOn: dependencies(subject, acting), sinceSeconds, onBehalfOf };
  return { token: await issueAccessToken(holder, access, terms, ports), issuedTokenType: ACCESS_TOKEN };
}

type TokenField = 'subject_token' | 'actor_token';

/** None that the secret of an API has signed: whoever shares that can make up any, for its own API only. */
async function findToken(
  field: TokenField,
  value: string | undefined,
  type: string | undefined,
  { verifier, records, clock }: Ports,
): Promise<LiveAccessToken> {
  if (value === undefined || type === undefined) throw invalid(field, `Send ${field} and ${field}_type together.`);
  assertType(`${field}_type`, type);
  const found = await findLiveToken(value, { verifier, records, clock });
  if (found === undefined || found.claims.scope === undefined) throw unfit(field);
  return { ...found, claims: found.claims };
}

function assertType(field: string, type: string): void {
  if (!TOKEN_TYPES.includes(type)) throw invalid(field, `${field} must be ${TOKEN_TYPES.join(' or ')}.`);
}

interface Parties {
  readonly requester: TokenHolder;
  readonly subject: LiveAccessToken;
  readonly acting: LiveAccessToken | undefined;
}

/**
 * Whether the requester may use these tokens at all: it has to do with the API that each of them is for, or is who
 * obtained the actor token; it has the keys that they are bound to; and nobody acts in another's tenant, or through others.
 */
async function assertFit({ requester, subject, acting }: Parties, possession: Possession): Promise<void> {
  assertPossession(subject.claims.cnf, possession, otherCertificate);
  if (!(await isConcerned(requester, subject))) throw unfit('subject_token');
  if (acting === undefined) return;
  assertPossession(acting.claims.cnf, possession, otherCertificate);
  const isOwn = acting.claims.client_id === requester.client.id;
  const { tenantId } = acting.standing;
  const isForeign = tenantId !== undefined && tenantId !== subject.standing.tenantId;
  if (isForeign || acting.claims.act !== undefined) throw unfit('actor_token');
  if (!isOwn && !(await isConcerned(requester, acting))) throw unfit('actor_token');
}

/** As introspection has it: whoever holds a permission at an API has to do with its tokens. */
async function isConcerned({ client, look }: TokenHolder, { api }: LiveToken): Promise<boolean> {
  return (await currentPermissions(client, api, look)).length > 0;
}

/** The refusal of a token that is bound to a certificate, where the request came without that certificate. */
function otherCertificate(): DomainError {
  return new DomainError('invalid_request', 'The token is bound to a certificate: use mutual TLS with that.');
}

function actorOf({ client }: TokenHolder, acting: LiveAccessToken | undefined): Omit<Actor, 'act'> {
  if (acting === undefined) return { sub: subjectId(client), client_id: client.id };
  return { sub: acting.claims.sub, client_id: acting.claims.client_id };
}

/** What subject token, its client and the requester all allow. In the management API nobody acts for another one. */
async function decide(
  requester: TokenHolder,
  subject: LiveAccessToken,
  { audiences, scope }: GrantRequest,
  ports: Ports,
): Promise<Access> {
  const ceiling = async (api: Api) => {
    if (api.id === SYSTEM_API_ID) return [];
    const allowed = await allowedPermissions(subject.client, subject.standing, api, subject.look);
    return subject.permissions.filter((value) => allowed.includes(value));
  };
  const wanted = { audiences: audiences.length === 0 ? [subject.claims.aud] : audiences, scope };
  const access = await decideAccess(requester, wanted, ports, { ceiling });
  return { ...access, standing: subject.standing };
}

function endOf({ expiresAtSeconds }: TokenHolder, ...tokens: readonly (LiveAccessToken | undefined)[]): number {
  const ends = tokens.flatMap((token) => (token === undefined ? [] : [token.claims.exp]));
  return Math.min(...ends, ...(expiresAtSeconds === undefined ? [] : [expiresAtSeconds]));
}

/** The tokens, and everybody who obtained one on the way. */
function dependencies(...tokens: readonly (LiveAccessToken | undefined)[]): readonly string[] {
  const ids = tokens.flatMap((token) => {
    if (token === undefined) return [];
    const { jti, client_id: clientId, depends_on: others = [] } = token.claims;
    return [...others, clientId, jti];
  });
  return [...new Set(ids)];
}

function unfit(field: TokenField): DomainError {
  return invalid(field, `The ${field} is not valid, or not for this client to use.`);
}

function invalid(field: string, description: string): DomainError {
  return new DomainError('invalid_request', description, { field });
}
