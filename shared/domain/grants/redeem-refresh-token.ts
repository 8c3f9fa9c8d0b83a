import { findApi } from '../access/entitlement.ts';
import { userInfoIdentifier } from '../access/user-info-api.ts';
import { toBase62 } from '../base62.ts';
import { DomainError } from '../errors.ts';
import { latestMark } from '../records/lifecycle.ts';
import { expectSettings, settingsIn, type WorkspaceSettings } from '../records/settings.ts';
import { scopeValues } from '../tokens/access-token.ts';
import { revokeFamily } from '../tokens/family-roster.ts';
import { findFamily, type Generation, generationOf, isEntitledBy, isFamilyOf } from '../tokens/live-family.ts';
import type { TokenVerifier } from '../tokens/ports.ts';
import {
  type NewRefreshToken,
  type RefreshTokenParts,
  readRefreshToken,
  writeRefreshToken,
} from '../tokens/refresh-token.ts';
import { type FamilyGrant, familyKey, type TokenFamily } from '../tokens/token-family.ts';
import { dividedScope, type GrantedByUser } from '../tokens/user-token.ts';
import { assertPossession } from './bind-token.ts';
import { type Access, decideAccess, invalidScope, type TokenHolder } from './decide-access.ts';
import { decideUserAccess } from './decide-user-access.ts';
import type { GrantRequest, GrantResponse } from './grant.ts';
import { issueAccessToken } from './issue-access-token.ts';
import { issueIdToken } from './issue-id-token.ts';
import { type FamilyPorts, idleUntil, takeOfflineAccess } from './token-families.ts';

interface Ports extends FamilyPorts {
  readonly defaultAudience: string | undefined;
  readonly verifier: TokenVerifier;
}

const SALT_BYTES = 32;

/** A salt has 190 random bits, like a refresh token. */
const SALT_CHARACTERS = 32;

type LiveGeneration = Exclude<Generation, { is: 'replayed' }>;

/** A refresh token that a request presents, with its parts. */
interface Presented extends RefreshTokenParts {
  readonly value: string;
}

/**
 * Trades a refresh token for an access token and the refresh token's successor (RFC 6749 §6). All permissions are
 * decided again; the scope at the beginning of the family is the upper limit. The rotation comes last, so that a
 * request that failed before can be repeated.
 * @throws DomainError `invalid_request` without a refresh token; `invalid_grant` for a text that is not an active
 * refresh token of this client; `invalid_target` for another audience; `invalid_scope` for a scope beyond the upper
 * limit; `invalid_dpop_proof` without a proof by the key that the family is bound to; and as `issueAccessToken` does
 */
export async function redeemRefreshToken(
  holder: TokenHolder,
  request: GrantRequest,
  ports: Ports,
): Promise<GrantResponse> {
  const presented = await readPresented(request.refreshToken, ports);
  expectSettings(holder.look);
  const family = await findFamily(presented.familyId, holder.look, ports);
  if (family === undefined || !isFamilyOf(holder.client, family)) throw invalidGrant();
  const settings = await settingsIn(holder.look);
  const generation = await liveGenerationOf(presented, family, settings, ports);
  const { possession = {} } = request;
  assertPossession(family.confirmation, possession, invalidGrant);
  const granted = narrowed(grantedIn(family), request.scope);
  const access =
    granted === undefined
      ? await decideAgain(holder, family, request, ports)
      : await decideUserAccessAgain(holder, { family, granted }, request, ports);
  const terms = {
    possession,
    dependsOn: [family.id, ...(granted?.dependsOn ?? [])],
    authTimeSeconds: granted === undefined ? family.createdAtSeconds : granted.authenticatedAtSeconds,
    granted,
  };
  const token = await issueAccessToken(holder, access, terms, ports);
  const about = granted && { grant: granted, nonce: undefined, access, holder };
  const idToken = about && (await issueIdToken(about, token, ports));
  const refreshToken = await nextToken(presented, { family, generation, settings }, ports);
  // Without a scope, the request is about everything that was granted (RFC 6749 §6).
  const isOffline = request.scope === undefined || takeOfflineAccess(request.scope).isOffline;
  return { token, refreshToken, idToken, isOffline };
}

async function readPresented(value: string | undefined, { pepper }: Ports): Promise<Presented> {
  if (value === undefined) {
    throw new DomainError('invalid_request', 'Send the refresh token as refresh_token.', { field: 'refresh_token' });
  }
  const parts = await readRefreshToken(value, pepper);
  if (parts === undefined) throw invalidGrant();
  return { value, ...parts };
}

/** The only refusal of a refresh token. It does not tell the reason. auth0-spa-js looks for "invalid refresh token". */
function invalidGrant(): DomainError {
  return new DomainError('invalid_grant', 'This is an invalid refresh token, or a refresh token of another client.');
}

/** Finds the position of the token in its family. A replay revokes the family (RFC 9700 §4.14.2). */
async function liveGenerationOf(
  { body }: Presented,
  family: TokenFamily,
  { refreshTokens: { graceSeconds } }: WorkspaceSettings,
  ports: Ports,
): Promise<LiveGeneration> {
  const nowSeconds = ports.clock.nowSeconds();
  const generation = generationOf(family, ports.digests.digest(body), { graceSeconds, nowSeconds });
  if (generation.is !== 'replayed') return generation;
  await revokeFamily(family, ports);
  throw invalidGrant();
}

async function decideAgain(
  holder: TokenHolder,
  family: TokenFamily,
  request: GrantRequest,
  ports: Ports,
): Promise<Access> {
  const { scope } = takeOfflineAccess(request.scope);
  const audiences = [family.audience, ...request.audiences];
  const ceiling = () => scopeValues(family.scope);
  const terms = { refuse: invalidGrant, refuseAudience: invalidGrant, ceiling };
  const access = await decideAccess(holder, { audiences, scope }, ports, terms);
  const isRevoked = family.createdAtSeconds < latestMark(access.standing, access.settings);
  const isEntitled = isEntitledBy(access.entitlement, family);
  if (access.api.allowRefreshTokens && isEntitled && !isRevoked) return access;
  throw invalidGrant();
}

/** What a user's family was granted; undefined for the family of a client that acts for itself. */
function grantedIn({ granted, entitlementId }: TokenFamily): (GrantedByUser & FamilyGrant) | undefined {
  if (granted === undefined) return undefined;
  const dependsOn = [...granted.dependsOn, ...(entitlementId === undefined ? [] : [entitlementId])];
  return { tenantId: undefined, ...granted, sessionId: undefined, dependsOn };
}

/**
 * Limits a user's grant to the scope of a request, which may name less than was granted (RFC 6749 §6).
 * @throws DomainError `invalid_scope` for a scope that was not granted
 */
function narrowed<Granted extends GrantedByUser>(granted: Granted | undefined, asked: string | undefined) {
  const { scope } = takeOfflineAccess(asked);
  if (granted === undefined || scope === undefined) return granted;
  const { permissions, identityScopes } = dividedScope(scopeValues(scope));
  const isGranted =
    permissions.every((value) => granted.permissions.includes(value)) &&
    identityScopes.every((value) => granted.identityScopes.includes(value));
  if (!isGranted) throw invalidScope();
  return { ...granted, permissions, identityScopes };
}

/** Decides again for a user's family, which ends where the API gives no refresh tokens any more. */
async function decideUserAccessAgain(
  holder: TokenHolder,
  { family, granted }: { readonly family: TokenFamily; readonly granted: GrantedByUser },
  request: GrantRequest,
  ports: Ports,
): Promise<Access> {
  const apiId =
    family.audience === userInfoIdentifier(ports.issuer)
      ? undefined
      : (await findApi(family.audience, holder.look))?.id;
  const access = await decideUserAccess(holder, granted, apiId, { ...ports, refuse: invalidGrant });
  if (!access.api.allowRefreshTokens) throw invalidGrant();
  if (!request.audiences.every((audience) => audience === family.audience)) throw invalidGrant();
  const isAskedFor = takeOfflineAccess(request.scope).scope !== undefined;
  if (isAskedFor && access.permissions.length < granted.permissions.length) throw invalidScope();
  return access;
}

interface Redemption {
  readonly family: TokenFamily;
  readonly generation: LiveGeneration;
  readonly settings: WorkspaceSettings;
}

/** The refresh token to use next. A bound token does not rotate, because a thief cannot use it without the key. */
async function nextToken(presented: Presented, redemption: Redemption, ports: Ports): Promise<string> {
  const { family, generation } = redemption;
  if (generation.is === 'previous') return (await deriveSuccessor(presented, generation.rotation.salt, ports)).value;
  if (family.confirmation === undefined) return rotate(presented, redemption, ports);
  await ports.shortLived.write(familyKey(family.id), familyAfterUse(redemption, ports));
  return presented.value;
}

/** Rotates by one conditional write. Of parallel requests one rotates; the others then hold the previous token. */
async function rotate(presented: Presented, redemption: Redemption, ports: Ports): Promise<string> {
  const { family, settings } = redemption;
  const salt = newSalt(ports);
  const next = await deriveSuccessor(presented, salt, ports);
  const rotation = { previous: family.current, salt, atSeconds: ports.clock.nowSeconds() };
  const rotated = { ...familyAfterUse(redemption, ports), current: ports.digests.digest(next.body), rotation };
  if (await ports.shortLived.write(familyKey(family.id), rotated)) return next.value;

  const newest = await findFamily(family.id, ports.records.open(`rotated ${family.id}`), ports);
  if (newest === undefined || newest.current === family.current) throw invalidGrant();
  const generation = await liveGenerationOf(presented, newest, settings, ports);
  return nextToken(presented, { family: newest, generation, settings }, ports);
}

/** The family with a new end of its idle lifetime. */
function familyAfterUse({ family, settings }: Redemption, { clock }: Ports): TokenFamily {
  const idleUntilSeconds = idleUntil(family.expiresAtSeconds, clock.nowSeconds(), settings);
  return { ...family, idleUntilSeconds, version: family.version + 1 };
}

/**
 * Derives the successor from the present token and a salt. A client that lost a reply gets the same successor again,
 * and no table stores a usable refresh token.
 */
function deriveSuccessor(
  { familyId, body }: Presented,
  salt: string,
  { digests, pepper }: Ports,
): Promise<NewRefreshToken> {
  return writeRefreshToken(familyId, digests.derive(salt, body), pepper);
}

function newSalt({ random }: Ports): string {
  return toBase62(random.bytes(SALT_BYTES), SALT_CHARACTERS);
}
