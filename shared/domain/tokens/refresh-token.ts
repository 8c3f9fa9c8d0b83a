import type { Pepper } from '../keys/ports.ts';
import { isSealedFor, sealedFormat } from '../keys/sealed-text.ts';

const PREFIX = 'fam_';

/** A refresh token: `mmr_` + 22 (its family) + 32 random + 8 (seal) + 6 (CRC32), all base62. */
const format = sealedFormat({ prefix: 'mmr', nameCharacters: 22 });

/** Whose it is stands in its family; the seal says only that it was made here. */
const OWNER = 'refresh token';

/** What a refresh token consists of that anything depends on. */
export interface RefreshTokenParts {
  readonly familyId: string;
  /** What is unique to this token of the family. */
  readonly body: string;
}

/** A refresh token that was just made: `value` is handed out and never kept. */
export interface NewRefreshToken extends RefreshTokenParts {
  readonly value: string;
}

/** Writes a refresh token of a family, from 32 bytes that nobody can guess. */
export async function writeRefreshToken(
  familyId: string,
  entropy: Uint8Array,
  pepper: Pepper,
): Promise<NewRefreshToken> {
  const name = familyId.slice(PREFIX.length);
  const { text: value, body } = await format.make({ name, entropy, owner: OWNER }, pepper);
  return { value, familyId, body };
}

/** What Mintmark itself made; undefined for every other text, without reading any record. */
export async function readRefreshToken(text: string, pepper: Pepper): Promise<RefreshTokenParts | undefined> {
  const parts = format.parse(text);
  if (parts === undefined || !(await isSealedFor(OWNER, parts, pepper))) return undefined;
  return { familyId: PREFIX + parts.name, body: parts.body };
}
