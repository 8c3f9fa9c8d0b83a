import { toBase62 } from '../base62.ts';
import { DomainError } from '../errors.ts';
import { latestMark } from '../records/lifecycle.ts';
import { expectSettings, settingsIn, type WorkspaceSettings } from '../records/settings.ts';
import { scopeValues } from '../tokens/access-token.ts';
import { revokeFamily } from '../tokens/family-roster.ts';
import { findFamily, type Generation, generationOf, isFamilyOf } from '../tokens/live-family.ts';
import {
  type NewRefreshToken,
  type RefreshTokenParts,
  readRefreshToken,
  writeRefreshToken,
} from '../tokens/refresh-token.ts';
import { familyKey, type TokenFamily } from '../tokens/token-family.ts';
import { assertPossession } from './bind-token.ts';
import { type Access, decideAccess, type TokenHolder } from './decide-access.ts';
import type { GrantRequest, Traded } from './grant.ts';
import { issueAccessToken } from './issue-access-token.ts';
import { type FamilyPorts, idleUntil, takeOfflineAccess } from './token-families.ts';

interface Ports extends FamilyPorts {
  readonly defaultAudience: string | undefined;
}

/** 190 random bits, as there are in a token. */
const SALT_BYTES = 32;

const SALT_CHARACTERS = 32;

type LiveGeneration = Exclude<Generation, { is: 'replayed' }>;

/** A refresh token as it was presented. */
interface Presented extends RefreshTokenParts {
  readonly value: string;
}

/**
 * RFC 6749 §6: a client trades a refresh token for an access token and the refresh token's successor. Everything is
 * decided anew, and never more allowed than at first. The rotation comes last, so that whatever fails before it can be
 * repeated.
 * @throws DomainError `invalid_request` without a refresh token; `invalid_grant` for whatever is not a live refresh
 * token of this client; `invalid_target` for another audience, `invalid_scope` for more than at first;
 * `invalid_dpop_proof` without a proof by the key that the family is bound to; and as `issueAccessToken` does
 */
export async function redeemRefreshToken(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<Traded> {
  const presented = await readPresented(request.refreshToken, ports);
  expectSettings(holder.look);
  const family = await findFamily(presented.familyId, holder.look, ports);
  if (family === undefined || !isFamilyOf(holder.client, family)) throw invalidGrant();
  const settings = await settingsIn(holder.look);
  const generation = await place(presented, family, settings, ports);
  const { possession = {} } = request;
  assertPossession(family.confirmation, possession, invalidGrant);
  const access = await decideAgain(holder, family, request, ports);
  const terms = { possession, dependsOn: [family.id], sinceSeconds: family.createdAtSeconds };
  const token = await issueAccessToken(holder, access, terms, ports);
  const refreshToken = await succeed(presented, { family, generation, settings }, ports);
  return { token, refreshToken };
}

async function readPresented(value: string | undefined, { pepper }: Ports): Promise<Presented> {
  if (value === undefined) {
    throw new DomainError('invalid_request', 'Send the refresh token as refresh_token.', { field: 'refresh_token' });
  }
  const parts = await readRefreshToken(value, pepper);
  if (parts === undefined) throw invalidGrant();
  return { value, ...parts };
}

/** The one refusal for unknown, expired, revoked, replayed and somebody else's. */
function invalidGrant(): DomainError {
  return new DomainError('invalid_grant', 'The refresh token is not valid, or is not for this client.');
}

/** Where the token stands in its family; a replay ends that (RFC 9700 §4.14.2). */
async function place(
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
  if (access.api.allowRefreshTokens && !isRevoked) return access;
  throw invalidGrant();
}

interface Found {
  readonly family: TokenFamily;
  readonly generation: LiveGeneration;
  readonly settings: WorkspaceSettings;
}

/** The token to use next. One that is bound to a key stays as it is, because by itself it is no use to a thief. */
async function succeed(presented: Presented, found: Found, ports: Ports): Promise<string> {
  const { family, generation } = found;
  if (generation.is === 'previous') return (await derive(presented, generation.rotation.salt, ports)).value;
  if (family.confirmation === undefined) return rotate(presented, found, ports);
  await ports.shortLived.write(familyKey(family.id), usedNow(found, ports));
  return presented.value;
}

/** One conditional write: of many at once one rotates, and the others find that they have the token before. */
async function rotate(presented: Presented, found: Found, ports: Ports): Promise<string> {
  const { family, settings } = found;
  const salt = newSalt(ports);
  const next = await derive(presented, salt, ports);
  const rotation = { previous: family.current, salt, atSeconds: ports.clock.nowSeconds() };
  const rotated = { ...usedNow(found, ports), current: ports.digests.digest(next.body), rotation };
  if (await ports.shortLived.write(familyKey(family.id), rotated)) return next.value;

  const newest = await findFamily(family.id, ports.records.open(`rotated ${family.id}`), ports);
  if (newest === undefined || newest.current === family.current) throw invalidGrant();
  const generation = await place(presented, newest, settings, ports);
  return succeed(presented, { family: newest, generation, settings }, ports);
}

function usedNow({ family, settings }: Found, { clock }: Ports): TokenFamily {
  const idleUntilSeconds = idleUntil(family.expiresAtSeconds, clock.nowSeconds(), settings);
  return { ...family, idleUntilSeconds, version: family.version + 1 };
}

/** From the token before and a salt: whoever lost the answer gets it again, and no table holds what could be presented. */
function derive({ familyId, body }: Presented, salt: string, { digests, pepper }: Ports): Promise<NewRefreshToken> {
  return writeRefreshToken(familyId, digests.derive(salt, body), pepper);
}

function newSalt({ random }: Ports): string {
  return toBase62(random.bytes(SALT_BYTES), SALT_CHARACTERS);
}
