import type { Random } from './ambient.ts';
import { toBase62 } from './base62.ts';
import { DomainError } from './errors.ts';

const ID_RANDOM_BYTES = 24;

const ID_CHARACTERS = 22;

/** Every kind of id has its own prefix, so that nobody mistakes a subject for a client (RFC 9068 §5). */
const PREFIXES = [
  'ten',
  'usr',
  'svc',
  'cli',
  'tok',
  'api',
  'rol',
  'grn',
  'mem',
  'rem',
  'key',
  'fam',
  'ses',
  'itx',
  'cod',
  'con',
  'inv',
  'idp',
  'idn',
] as const;

/** What begins a client secret, a refresh token and an authorization code. */
const SECRET_PREFIXES = ['mms_', 'mmr_', 'mmc_'];

/** The prefix of one kind of id. */
export type IdPrefix = (typeof PREFIXES)[number];

/** Makes a new id such as `cli_4fYb…`: its 22 base62 characters hold 131 random bits. */
export function newId(prefix: IdPrefix, random: Random): string {
  return `${prefix}_${toBase62(random.bytes(ID_RANDOM_BYTES), ID_CHARACTERS)}`;
}

/** Whether an id has the prefix of this kind. */
export function isIdOf(prefix: IdPrefix, id: string): boolean {
  return id.startsWith(`${prefix}_`);
}

/** Whether `newId` could have made this id. A lookup of any other text can be skipped: no record has it as its id. */
export function isMadeId(prefix: IdPrefix, id: string): boolean {
  return isIdOf(prefix, id) && /^[0-9A-Za-z]{22}$/.test(id.slice(prefix.length + 1));
}

/**
 * Whether a text in the place of an id begins like a secret. Ids are shown, logged and audited; secrets must not be.
 */
export function isSecretInPlaceOfId(id: string): boolean {
  return SECRET_PREFIXES.some((prefix) => id.startsWith(prefix));
}

/**
 * Checks an id that a caller chose for a resource of the given kind.
 * @throws DomainError `invalid_request` for an id that looks like an id of another kind, or like a secret
 */
export function assertMayBeChosen(id: string, prefix: IdPrefix): void {
  const foreign = PREFIXES.filter((other) => other !== prefix);
  if (!isSecretInPlaceOfId(id) && !foreign.some((other) => isIdOf(other, id))) return;
  throw new DomainError('invalid_request', 'The id looks like the id of another kind of resource.', { field: 'id' });
}

/**
 * Makes the first version of a record whose key can be used again after a deletion. The version is random, so that a
 * caller who knows the version of the deleted record cannot change the new record with it. It is at least 2⁴⁸ and below
 * 2⁴⁹.
 */
export function firstVersion(random: Random): number {
  return random.bytes(6).reduce((number, byte) => number * 256 + byte, 1);
}
