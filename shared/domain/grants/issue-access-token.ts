import { countToken, type IssuanceCounter } from '../access/token-quota.ts';
import type { Clock, Random } from '../ambient.ts';
import { bindingRulesFor, type Confirmation } from '../authentication/confirmation.ts';
import type { ProofMemory } from '../authentication/ports.ts';
import { tokenTooLarge } from '../errors.ts';
import { type Client, subjectId } from '../records/client.ts';
import { latestMark } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { RequestQuota } from '../requests.ts';
import { TOKEN_CHARACTERS_MAX, type TokenType, tokenTypeOf } from '../tokens/access-token.ts';
import { type AccessTokenClaims, type Actor, clientClaims, type MayAct } from '../tokens/claims.ts';
import type { IdTokenSigner, SecretTokens, StatusPlaces, TokenSigner } from '../tokens/ports.ts';
import { newTokenId, signWithSecret } from '../tokens/secret-signed-token.ts';
import { placeOnStatusList } from '../tokens/status-list.ts';
import type { GrantedByUser } from '../tokens/user-token.ts';
import { confirmSender, type Possession } from './bind-token.ts';
import type { Access, TokenHolder } from './decide-access.ts';

/** Properties of a new token that do not come from the permissions of its client. */
export interface TokenTerms {
  /** The key and the certificate that the token can be bound to. */
  readonly possession?: Possession | undefined;
  /** Ids of tokens, families and clients. The token ends when one of them ends. */
  readonly dependsOn?: readonly string[] | undefined;
  /** When the subject authenticated, in Unix time; undefined for now. */
  readonly authTimeSeconds?: number | undefined;
  /** The delegation of a token exchange; undefined if the client acts for itself. */
  readonly delegation?: Delegation | undefined;
  /** What a user granted; undefined if the token is not for a user. */
  readonly granted?: GrantedByUser | undefined;
  /** The result of `admitToken`, where it was asked before; undefined to ask it now. */
  readonly admission?: Admission | undefined;
}

/** A token that may be issued: what it is bound to, and what it leaves of the client's quota. */
export interface Admission {
  readonly confirmation: Confirmation | undefined;
  readonly quotas: readonly RequestQuota[];
}

/** The subject's client and the actor (RFC 8693 §4.1). */
interface Delegation {
  readonly client: Client;
  readonly act: Actor;
  readonly mayAct: MayAct | undefined;
}

/** A signed access token, with the members of the token response (RFC 6749 §5.1). */
export interface IssuedToken {
  readonly value: string;
  readonly id: string;
  readonly type: TokenType;
  readonly audience: string;
  readonly lifetimeSeconds: number;
  readonly scope: string;
  /** The rest of the client's quota; empty for a client without a quota. */
  readonly quotas: readonly RequestQuota[];
  readonly issuedAtSeconds: number;
  /** The key and the certificate that the token is bound to; undefined for a bearer token. */
  readonly confirmation: Confirmation | undefined;
}

/** The ports that issue an access token. */
export interface IssuePorts {
  readonly issuer: string;
  readonly random: Random;
  readonly signer: TokenSigner & IdTokenSigner;
  readonly hs256Apis: boolean;
  readonly secretTokens: SecretTokens;
  readonly statusPlaces: StatusPlaces;
  readonly proofMemory: ProofMemory;
  readonly clock: Clock;
  readonly issuance: IssuanceCounter;
}

/**
 * Admits one access token: binds it, which uses up the proof, and counts it against the quota. A grant that works once
 * is used up after this, so that a request with a bad proof can be repeated.
 * @throws DomainError `rate_limited`; `invalid_dpop_proof` and `invalid_request` as `confirmSender` does
 */
export async function admitToken(
  { client, look }: TokenHolder,
  { api, settings }: Access,
  possession: Possession = {},
  ports: Pick<IssuePorts, 'proofMemory' | 'issuance' | 'clock'>,
): Promise<Admission> {
  const confirmation = await confirmSender(possession, bindingRulesFor(api, client), ports);
  return { confirmation, quotas: await countToken(client, settings, look, ports) };
}

/**
 * Issues an access token: admits it, limits its lifetime and signs it.
 * @throws DomainError as `admitToken` does; `invalid_scope` if the token would be too long; `invalid_target` as
 * `signWithSecret` does
 */
export async function issueAccessToken(
  holder: TokenHolder,
  access: Access,
  { possession, dependsOn = [], authTimeSeconds, delegation, granted, admission }: TokenTerms,
  ports: IssuePorts,
): Promise<IssuedToken> {
  const { issuer, random } = ports;
  const { confirmation, quotas } = admission ?? (await admitToken(holder, access, possession, ports));
  const claims = {
    ...claimsOf(holder, access, {
      issuer,
      random,
      subject: delegation?.client ?? holder.client,
      isForUser: granted !== undefined,
    }),
    ...(confirmation && { cnf: confirmation }),
    depends_on: [...dependsOn, access.entitlement.id],
    ...(authTimeSeconds !== undefined && { auth_time: authTimeSeconds }),
    ...(delegation && delegationClaims(delegation)),
    ...(granted && userClaims(granted, access)),
  };
  const listed = await placeOnStatusList(claims, access.api, ports);
  return { ...(await sign(listed, { ...access, look: holder.look }, ports)), quotas };
}

/** In a delegation, subject and `may_act` stay as they are in the subject token (RFC 8693 §1.1). */
function delegationClaims({ client, act, mayAct }: Delegation) {
  return { subject_client_id: client.id, act, ...(mayAct && { may_act: mayAct }) };
}

/** A token of a user names the user and the session, and nothing of the record of the application. */
function userClaims({ userId, sessionId, grantedAtSeconds, identityScopes }: GrantedByUser, { permissions }: Access) {
  return {
    sub: userId,
    scope: [...identityScopes, ...permissions].join(' '),
    granted_at: grantedAtSeconds,
    ...(sessionId !== undefined && { sid: sessionId }),
  };
}

function claimsOf(
  holder: TokenHolder,
  { standing, settings, api, permissions }: Access,
  {
    issuer,
    random,
    subject,
    isForUser,
  }: Pick<IssuePorts, 'issuer' | 'random'> & { readonly subject: Client; readonly isForUser: boolean },
): AccessTokenClaims {
  const { client, authenticatedAtSeconds: now } = holder;
  const inTenant = standing.scope.type === 'tenant' && {
    tenant_id: standing.scope.tenantId,
    roles: standing.roles.map((role) => role.key),
    permissions,
  };
  return {
    iss: issuer,
    sub: subjectId(subject),
    aud: api.identifier,
    exp: now + Math.min(settings.accessTokens.maxLifetimeSeconds, lifetimeSeconds(holder, api, now)),
    iat: Math.max(now, latestMark(standing, settings)),
    nbf: now,
    jti: newTokenId(api, random),
    client_id: client.id,
    scope: permissions.join(' '),
    ...inTenant,
    ...(isForUser ? {} : clientClaims(subject)),
  };
}

/**
 * The shortest of three lifetimes: the API's, the client's, and the time until the credential or the client expires.
 */
function lifetimeSeconds({ client, expiresAtSeconds }: TokenHolder, api: Api, nowSeconds: number): number {
  return Math.min(
    api.tokenLifetimeSeconds,
    client.tokenLifetimeSeconds ?? ACCESS_TOKEN_LIFETIME_SECONDS_MAX,
    expiresAtSeconds === undefined ? ACCESS_TOKEN_LIFETIME_SECONDS_MAX : expiresAtSeconds - nowSeconds,
  );
}

async function sign(
  claims: AccessTokenClaims,
  { api, signingKeys, look }: Access & { readonly look: Look },
  ports: IssuePorts,
): Promise<Omit<IssuedToken, 'quotas'>> {
  const { id: apiId, signingAlgorithm } = api;
  const value =
    signingAlgorithm === 'HS256'
      ? await signWithSecret(claims, { apiId, look }, ports)
      : await ports.signer.sign(claims, signingAlgorithm, signingKeys);
  if (value.length > TOKEN_CHARACTERS_MAX) throw tokenTooLarge();
  return {
    value,
    type: tokenTypeOf(claims),
    id: claims.jti,
    audience: claims.aud,
    lifetimeSeconds: claims.exp - claims.iat,
    scope: claims.scope,
    issuedAtSeconds: claims.iat,
    confirmation: claims.cnf,
  };
}
