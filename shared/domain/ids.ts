import type { Random } from './ambient.ts';
import { toBase62 } from './base62.ts';
import { DomainError } from './errors.ts';

const ID_RANDOM_BYTES = 24;

const ID_CHARACTERS = 22;

/** Every kind of id has a prefix of its own, so a subject cannot be mistaken for a client (RFC 9068 §5). */
const PREFIXES = ['ten', 'usr', 'svc', 'cli', 'tok', 'api', 'rol', 'grn', 'mem', 'rem', 'key', 'fam'] as const;

export type IdPrefix = (typeof PREFIXES)[number];

/** A fresh id such as `cli_4fYb…`: 22 base62 characters hold 131 random bits. */
export function newId(prefix: IdPrefix, random: Random): string {
  return `${prefix}_${toBase62(random.bytes(ID_RANDOM_BYTES), ID_CHARACTERS)}`;
}

/** Whether an id is of this kind. */
export function isIdOf(prefix: IdPrefix, id: string): boolean {
  return id.startsWith(`${prefix}_`);
}

/** Whether an id is one that `newId` could have made; everything else names nothing. */
export function isMadeId(prefix: IdPrefix, id: string): boolean {
  return isIdOf(prefix, id) && /^[0-9A-Za-z]{22}$/.test(id.slice(prefix.length + 1));
}

/** Whether something in the place of an id is a secret, or what is left of one: ids are shown, logged and audited. */
export function isSecretInPlaceOfId(id: string): boolean {
  return id.startsWith('mms_') || id.startsWith('mmr_');
}

/**
 * Checks an id that a caller has chosen for a resource of the given kind.
 * @throws DomainError `invalid_request` for an id that looks like an id of another kind, or like a secret
 */
export function assertMayBeChosen(id: string, prefix: IdPrefix): void {
  const foreign = PREFIXES.filter((other) => other !== prefix);
  if (!isSecretInPlaceOfId(id) && !foreign.some((other) => isIdOf(other, id))) return;
  throw new DomainError('invalid_request', 'The id looks like the id of another kind of resource.', { field: 'id' });
}

/**
 * The first version of a record whose key can be used again. It begins at random, so that a record that went and came
 * back is never taken for the one before by whoever still holds that one's version.
 */
export function firstVersion(random: Random): number {
  return random.bytes(6).reduce((number, byte) => number * 256 + byte, 1);
}
