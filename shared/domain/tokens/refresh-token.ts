import type { Pepper } from '../keys/ports.ts';
import { isSealedFor, sealedFormat } from '../keys/sealed-text.ts';

const PREFIX = 'fam_';

/** `mmr_` + 22 characters (family) + 32 (random) + 8 (seal) + 6 (CRC32), all base62. */
const format = sealedFormat({ prefix: 'mmr', nameCharacters: 22 });

/**
 * The same owner for all refresh tokens. The seal proves only that Mintmark made the token; the family names the
 * client.
 */
const OWNER = 'refresh token';

/** The parts of a refresh token that decide about it. */
export interface RefreshTokenParts {
  readonly familyId: string;
  /** The token without its seal and checksum, unique in the family. */
  readonly body: string;
}

/** A new refresh token: `value` is sent to the client and never stored. */
export interface NewRefreshToken extends RefreshTokenParts {
  readonly value: string;
}

/** Makes a refresh token of a family from 32 random bytes, which must be unpredictable. */
export async function writeRefreshToken(
  familyId: string,
  entropy: Uint8Array,
  pepper: Pepper,
): Promise<NewRefreshToken> {
  const name = familyId.slice(PREFIX.length);
  const { text: value, body } = await format.make({ name, entropy, owner: OWNER }, pepper);
  return { value, familyId, body };
}

/** Reads a refresh token that Mintmark made; undefined for every other text. No record is needed. */
export async function readRefreshToken(text: string, pepper: Pepper): Promise<RefreshTokenParts | undefined> {
  const parts = format.parse(text);
  if (parts === undefined || !(await isSealedFor(OWNER, parts, pepper))) return undefined;
  return { familyId: PREFIX + parts.name, body: parts.body };
}
