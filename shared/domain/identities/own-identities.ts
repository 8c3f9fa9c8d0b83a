import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { IDENTITIES_MAX, type Identity, identityKey, identityList } from '../people-records/identity.ts';
import { identityProviderKey } from '../people-records/identity-provider.ts';
import type { DirectoryLister } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { assertExists, type User, userKey } from '../records/principals.ts';
import type { RecordKey } from '../records/record-key.ts';
import { type TellPorts, tellIdentities } from './tell-identities.ts';

/** The id by which the address of a user is listed. An address is changed, not removed. */
export const ADDRESS_ID = 'email';

/** Removes identities. */
export interface IdentityRemover {
  /** Removes a record. Resolves with true if the record is gone, with false if it has another version. */
  remove(key: RecordKey<'identity', unknown>, version: number): Promise<boolean>;
}

/** The ways in which a user can log in. */
export interface OwnIdentities {
  readonly user: User;
  readonly subjects: readonly NamedIdentity[];
}

/** A subject of a user, with the name of its provider. */
export interface NamedIdentity {
  readonly identity: Identity;
  readonly providerName: string;
}

/** Lists the ways in which a user can log in: the address, and the subjects at identity providers, the oldest first. */
export async function listOwnIdentities(
  userId: string,
  { records, directoryList }: { readonly records: RecordReader; readonly directoryList: DirectoryLister },
): Promise<OwnIdentities> {
  const look = records.open(`identities of ${userId}`);
  const [user, { items }] = await Promise.all([
    look.find(userKey(userId)),
    directoryList.list(identityList(userId), { limit: IDENTITIES_MAX, order: 'asc' }),
  ]);
  assertExists(user);
  const providers = await Promise.all(items.map(({ providerId }) => look.find(identityProviderKey(providerId))));
  const subjects = items.map((identity, index) => ({ identity, providerName: nameOf(identity, providers[index]) }));
  return { user, subjects };
}

/** The name of a subject's provider. A provider that was deleted has the host of its issuer. */
function nameOf({ issuer }: Identity, provider: { readonly name: string } | undefined): string {
  return provider?.name ?? new URL(issuer).host;
}

/**
 * Removes a subject from a user, who is told of it. Sessions that began by it end. Another verified way to log in must
 * remain: the address. It is the one identity that nobody removes, so no two removals at once can take the last two.
 * @throws DomainError `not_found`; `precondition_failed`; `conflict` for the address, for a user whose address is not
 * verified, and if the identity changed meanwhile; `temporarily_unavailable`
 */
export async function removeIdentity(
  { userId, identityId, expectedVersion }: RemovalOfIdentity,
  ports: TellPorts & { readonly records: RecordReader; readonly identityRemover: IdentityRemover },
): Promise<void> {
  if (identityId === ADDRESS_ID) throw new DomainError('conflict', 'An address can be changed, but not removed.');
  const key = identityKey(identityId);
  const look = ports.records.open(`removal of ${identityId}`);
  const [user, identity] = await Promise.all([look.find(userKey(userId)), look.find(key)]);
  assertExists(user);
  if (identity?.userId !== userId) throw notFound();
  assertVersion(identity, expectedVersion);
  if (user.isEmailVerified !== true) throw lastVerified();
  const provider = nameOf(identity, await look.find(identityProviderKey(identity.providerId)));
  await tellIdentities(user, { type: 'identityNotice', change: 'removed', provider }, ports);
  if (!(await ports.identityRemover.remove(key, identity.version))) throw changedMeanwhile();
}

/** Which identity to remove. */
interface RemovalOfIdentity {
  readonly userId: string;
  readonly identityId: string;
  readonly expectedVersion?: number | undefined;
}

function lastVerified(): DomainError {
  const description = 'Log in by a code first. Until then, this could be the only way to log in that is known to work.';
  return new DomainError('conflict', description);
}
