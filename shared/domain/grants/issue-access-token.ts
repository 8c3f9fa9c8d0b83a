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
import type { AccessTokenClaims, Actor, MayAct } from '../tokens/claims.ts';
import type { SecretTokens, StatusPlaces, TokenSigner } from '../tokens/ports.ts';
import { newTokenId, signWithSecret } from '../tokens/secret-signed-token.ts';
import { placeOnStatusList } from '../tokens/status-list.ts';
import { confirmSender, type Possession } from './bind-token.ts';
import type { Access, TokenHolder } from './decide-access.ts';

/** What goes into a token besides what its holder is allowed. */
export interface TokenTerms {
  /** What the token can be bound to. */
  readonly possession?: Possession | undefined;
  /** Ids of what the token ends with. */
  readonly dependsOn?: readonly string[] | undefined;
  /** When the subject proved who it is; now without this. */
  readonly sinceSeconds?: number | undefined;
  /** For whom its holder acts; for itself without this. */
  readonly onBehalfOf?: Behalf | undefined;
}

/** Whoever is spoken of, and who speaks. */
interface Behalf {
  /** The subject's own client. */
  readonly client: Client;
  readonly act: Actor;
  readonly mayAct: MayAct | undefined;
}

export interface IssuedToken {
  readonly value: string;
  readonly id: string;
  readonly type: TokenType;
  readonly audience: string;
  readonly lifetimeSeconds: number;
  readonly scope: string;
  /** What its client has left of its quota; empty without one. */
  readonly quotas: readonly RequestQuota[];
  readonly issuedAtSeconds: number;
  readonly confirmation: Confirmation | undefined;
}

export interface IssuePorts {
  readonly issuer: string;
  readonly random: Random;
  readonly signer: TokenSigner;
  readonly hs256Apis: boolean;
  readonly secretTokens: SecretTokens;
  readonly statusPlaces: StatusPlaces;
  readonly proofMemory: ProofMemory;
  readonly clock: Clock;
  readonly issuance: IssuanceCounter;
}

/**
 * The exchange from step 8 on: the lifetime is the shortest of all that limit it, and the token is signed.
 * @throws DomainError `rate_limited`, `invalid_scope` for more than fits into a token or, as `confirmSender` does,
 * `invalid_dpop_proof` or `invalid_request`
 */
export async function issueAccessToken(
  holder: TokenHolder,
  access: Access,
  { possession = {}, dependsOn, sinceSeconds, onBehalfOf }: TokenTerms,
  ports: IssuePorts,
): Promise<IssuedToken> {
  const { issuer, random } = ports;
  const confirmation = await confirmSender(possession, bindingRulesFor(access.api, holder.client), ports);
  const quotas = await countToken(holder.client, access.settings, ports);
  const claims = {
    ...claimsOf(holder, access, { issuer, random, subject: onBehalfOf?.client ?? holder.client }),
    ...(confirmation && { cnf: confirmation }),
    ...(dependsOn && { depends_on: dependsOn }),
    ...(sinceSeconds !== undefined && { auth_time: sinceSeconds }),
    ...(onBehalfOf && delegatedClaims(onBehalfOf)),
  };
  const listed = await placeOnStatusList(claims, access.api, ports);
  return { ...(await sign(listed, { ...access, look: holder.look }, ports)), quotas };
}

/** The subject stays who it was (RFC 8693 §1.1, delegation), and so does who else may act for it. */
function delegatedClaims({ client, act, mayAct }: Behalf) {
  return { subject_client_id: client.id, act, ...(mayAct && { may_act: mayAct }) };
}

function claimsOf(
  holder: TokenHolder,
  { standing, settings, api, permissions }: Access,
  { issuer, random, subject }: Pick<IssuePorts, 'issuer' | 'random'> & { readonly subject: Client },
): AccessTokenClaims {
  const { client, authenticatedAtSeconds: now } = holder;
  const inTenant = standing.tenantId !== undefined && {
    tenant_id: standing.tenantId,
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
    ...(subject.metadata && { metadata: subject.metadata }),
  };
}

/** Step 8: the shortest of the API's lifetime, the client's own, and the time that credential and client have left. */
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
