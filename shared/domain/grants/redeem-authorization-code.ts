import { DomainError } from '../errors.ts';
import { newId } from '../ids.ts';
import {
  type AuthorizationCode,
  authorizationCodeKey,
  CODE_LIFETIME_SECONDS,
  type UserGrant,
} from '../people-records/authorization-code.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';
import { REFRESH_TOKEN } from '../records/registration.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX, expectSettings } from '../records/settings.ts';
import { grantTypesOf } from '../registration/registration.ts';
import type { TokenVerifier } from '../tokens/ports.ts';
import type { GrantedByUser } from '../tokens/user-token.ts';
import { assertIsVerifier, readAuthorizationCode } from './authorization-code.ts';
import type { Access, TokenHolder } from './decide-access.ts';
import { decideUserAccess } from './decide-user-access.ts';
import type { GrantRequest, GrantResponse } from './grant.ts';
import { type Admission, admitToken, issueAccessToken } from './issue-access-token.ts';
import { issueIdToken } from './issue-id-token.ts';
import { beginUserFamily, type FamilyPorts } from './token-families.ts';

interface Ports extends FamilyPorts {
  readonly verifier: TokenVerifier;
  readonly codes: ShortLivedWriter<'code'>;
}

/** How long a code that was used is remembered, so that a second use ends what the first got. */
const REMEMBERED_SECONDS = ACCESS_TOKEN_LIFETIME_SECONDS_MAX;

/**
 * Redeems an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6): once, by its application, with the redirect URI and
 * the code verifier of the request. What can be refused is refused before the code is used up, proof and quota
 * included. A second use ends all tokens of the first (RFC 6749 §4.1.2).
 * @throws DomainError `invalid_request` without a code, redirect URI or verifier; `invalid_target` for another API;
 * `invalid_grant` for a code that is not good, without a reason; and as `admitToken` and `issueAccessToken` do
 */
export async function redeemAuthorizationCode(
  holder: TokenHolder,
  request: GrantRequest,
  ports: Ports,
): Promise<GrantResponse> {
  const code = await findCode(holder, request, ports);
  if (code.isRedeemed) return endFirst(code, ports);
  assertIsProven(code, request, ports);
  const granted = grantedBy(code.grant, [code.id]);
  const access = await decideUserAccess(holder, granted, code.grant.apiId, { ...ports, refuse: invalidCode });
  assertAudiences(request.audiences, access.api.identifier);
  const mayRefresh = access.api.allowRefreshTokens && grantTypesOf(holder.client).includes(REFRESH_TOKEN);
  const isOffline = code.grant.isOffline && mayRefresh;
  const familyId = isOffline ? newId('fam', ports.random) : undefined;
  const admission = await admitToken(holder, access, request.possession, ports);
  if (!(await useUp({ ...code, familyId }, ports))) return endFirst(code, ports);
  return issueTokens({ holder, code, granted, access, familyId, admission }, ports);
}

/** Finds the code of a request. @throws DomainError `invalid_request`, `invalid_grant` */
async function findCode(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<AuthorizationCode> {
  const { code: presented, redirectUri, codeVerifier } = request.authorizationCode ?? {};
  assertSent({ code: presented, redirect_uri: redirectUri, code_verifier: codeVerifier });
  const parts = await readAuthorizationCode(presented ?? '', ports.pepper);
  if (parts === undefined) throw invalidCode();
  expectSettings(holder.look);
  const code = await holder.look.findShortLived(authorizationCodeKey(parts.codeId));
  const isGood = code?.digest === ports.digests.digest(parts.body) && code.clientId === holder.client.id;
  if (code === undefined || !isGood) throw invalidCode();
  return code;
}

/** Checks what the requester must show with a code, besides the code. @throws DomainError `invalid_grant` */
function assertIsProven(
  { grant, redirectUri, codeChallenge, keyThumbprint }: AuthorizationCode,
  { authorizationCode, possession }: GrantRequest,
  ports: Ports,
): void {
  if (grant.grantedAtSeconds + CODE_LIFETIME_SECONDS <= ports.clock.nowSeconds()) throw invalidCode();
  if (authorizationCode?.redirectUri !== redirectUri) throw invalidCode();
  assertIsVerifier(authorizationCode.codeVerifier ?? '', codeChallenge, ports, invalidCode);
  if (keyThumbprint !== undefined && possession?.proof?.thumbprint !== keyThumbprint) throw invalidCode();
}

/** Uses a code up by one conditional write. Resolves with false if another request was faster. */
function useUp(code: AuthorizationCode, { codes, clock }: Ports): Promise<boolean> {
  const expiresAtSeconds = clock.nowSeconds() + REMEMBERED_SECONDS;
  const redeemed: AuthorizationCode = { ...code, isRedeemed: true, expiresAtSeconds, version: code.version + 1 };
  return codes.write(authorizationCodeKey(code.id), redeemed);
}

/** A code that was used up for its first tokens. */
interface Redemption {
  readonly holder: TokenHolder;
  readonly code: AuthorizationCode;
  readonly granted: GrantedByUser;
  readonly access: Access;
  readonly admission: Admission;
  /** The family of the refresh token; undefined if the tokens depend on the session. */
  readonly familyId: string | undefined;
}

async function issueTokens(
  { holder, code, granted, access, familyId, admission }: Redemption,
  ports: Ports,
): Promise<GrantResponse> {
  const { grant, nonce } = code;
  const { dependsOn } = granted;
  const sessionId = familyId === undefined ? grant.sessionId : undefined;
  const terms = { admission, authTimeSeconds: grant.authenticatedAtSeconds, granted: { ...granted, sessionId } };
  const issued =
    familyId === undefined
      ? { token: await issueAccessToken(holder, access, { ...terms, dependsOn }, ports) }
      : await beginUserFamily({ id: familyId, holder, access, grant: { ...grant, dependsOn } }, terms, ports);
  const idToken = await issueIdToken({ grant, nonce, access, holder }, issued.token, ports);
  return { ...issued, isOffline: familyId !== undefined, idToken };
}

/** @throws DomainError `invalid_request` that names the first parameter that is missing */
function assertSent(parameters: Readonly<Record<string, string | undefined>>): void {
  const missing = Object.entries(parameters).find(([, value]) => value === undefined)?.[0];
  if (missing !== undefined) throw new DomainError('invalid_request', `Send ${missing}.`, { field: missing });
}

/** The API was chosen with the code (RFC 8707 §2.2); naming another one is refused before the code is used up. */
function assertAudiences(audiences: readonly string[], granted: string): void {
  if (audiences.every((audience) => audience === granted)) return;
  throw new DomainError('invalid_target', 'The code is for another API.', { field: 'resource' });
}

/** Ends the tokens that the first use of a code got. */
async function endFirst(code: AuthorizationCode, { revocations, clock, records }: Ports): Promise<never> {
  const until = clock.nowSeconds() + REMEMBERED_SECONDS;
  const newest = await records.open(`second use of ${code.id}`).findShortLived(authorizationCodeKey(code.id));
  const familyId = newest?.familyId;
  await Promise.all([
    revocations.revoke(code.id, until),
    familyId === undefined ? undefined : revocations.revoke(familyId, clock.nowSeconds() + FAMILY_SECONDS_MAX),
  ]);
  throw invalidCode();
}

/** A year and a day: no family lives longer. */
const FAMILY_SECONDS_MAX = 31_622_400;

/** The only refusal of a code. It does not tell the reason. */
function invalidCode(): DomainError {
  return new DomainError('invalid_grant', 'The code is not valid, was used before, or is not for this client.');
}

/** What a code stands for, as tokens remember it. */
function grantedBy(grant: UserGrant, others: readonly string[]): GrantedByUser {
  const { userId, tenantId, sessionId, grantedAtSeconds, permissions, identityScopes, consentId, membershipId } = grant;
  const dependsOn = [...others, ...[consentId, membershipId].filter((id) => id !== undefined)];
  return { userId, tenantId, sessionId, grantedAtSeconds, permissions, identityScopes, dependsOn };
}
