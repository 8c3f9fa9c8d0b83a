import type { Digests } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import type { Versioned } from '../records/lifecycle.ts';
import type { RecordKey, RecordList } from '../records/record-key.ts';

const ID_CHARACTERS = 22;

/** A person at an identity provider: issuer and subject, never an e-mail address (OpenID Connect Core §5.7). */
export interface Subject {
  readonly issuer: string;
  /** The claim `sub`: unique at the issuer, and never given to another person. */
  readonly subject: string;
}

/** One way in which a user proves who they are: a subject at an identity provider. A user can have several. */
export interface Identity extends Versioned, Subject {
  readonly id: string;
  readonly userId: string;
  /** The provider by which the user was first recognised. */
  readonly providerId: string;
  /** The address that the provider had verified then, to be shown and to be told of changes. It decides nothing. */
  readonly email?: string | undefined;
  /** When the person last logged in by it, in Unix time; undefined for never. */
  readonly lastUsedAtSeconds?: number | undefined;
}

/** Computes the id of a subject, so that one subject can never point at two users. */
export function identityIdOf({ issuer, subject }: Subject, { derive }: Pick<Digests, 'derive'>): string {
  return `idn_${toBase62(derive('identity', JSON.stringify([issuer, subject])), ID_CHARACTERS)}`;
}

/** How many subjects a user may have. */
export const IDENTITIES_MAX = 20;

/** Names an identity. */
export function identityKey(id: string): RecordKey<'identity', Identity> {
  return { kind: 'identity', id };
}

/** Names the list of a user's identities. */
export function identityList(userId: string): RecordList<'identity', Identity> {
  return { kind: 'identity', owner: { userId } };
}
