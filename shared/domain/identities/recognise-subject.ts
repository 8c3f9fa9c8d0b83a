import type { Clock, Digests, Random } from '../ambient.ts';
import { ignoreConflict, notFound } from '../errors.ts';
import { firstVersion } from '../ids.ts';
import { isMailAddress } from '../login/mail-address.ts';
import { IDENTITIES_MAX, type Identity, identityIdOf, identityKey, identityList } from '../people-records/identity.ts';
import type { IdentityProvider } from '../people-records/identity-provider.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import type { RecordWriter } from '../records/change-record.ts';
import type { DirectoryLister } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';
import { assertExists, exists, userKey } from '../records/principals.ts';
import type { ProvenSubject } from './ports.ts';
import { type TellPorts, tellIdentities } from './tell-identities.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
  readonly digests: Digests;
}

/**
 * Who a subject is here: a user, by a known identity or by an address that finds the user for the first time; nobody; or a
 * user who may not log in by this provider.
 */
export type Recognised =
  | { readonly is: 'user'; readonly userId: string; readonly identityId: string; readonly known: Identity | undefined }
  | { readonly is: 'unknown' }
  | { readonly is: 'notAllowed' };

/**
 * Recognises a person by issuer and subject. A verified address finds a user only if the provider is trusted for its
 * domain, and the user has no other subject of the same issuer: a provider may give the address of one person to another.
 * Reads only.
 */
export async function recogniseSubject(
  subject: ProvenSubject,
  provider: IdentityProvider,
  ports: Ports,
): Promise<Recognised> {
  const identityId = identityIdOf(subject, ports.digests);
  const look = ports.records.open(`subject ${identityId}`);
  const identity = await look.find(identityKey(identityId));
  if (identity !== undefined) {
    // A subject of a deleted user is free again once the removal of the user is finished.
    const isOfUser = exists(await look.find(userKey(identity.userId)));
    return isOfUser
      ? admitted({ userId: identity.userId, identityId, known: identity }, provider, look)
      : { is: 'unknown' };
  }
  const userId = await userByAddress(subject, provider, { look, ...ports });
  return userId === undefined ? { is: 'unknown' } : admitted({ userId, identityId, known: undefined }, provider, look);
}

/** Workspace members log in by a provider only if an administrator said so. */
async function admitted(
  found: Omit<Extract<Recognised, { readonly is: 'user' }>, 'is'>,
  { forMembers }: Pick<IdentityProvider, 'forMembers'>,
  look: Look,
): Promise<Recognised> {
  const [user, member] = await Promise.all([
    look.find(userKey(found.userId)),
    look.find(workspaceMemberKey(found.userId)),
  ]);
  if (user?.status !== 'active' || (member !== undefined && !forMembers)) return { is: 'notAllowed' };
  return { is: 'user', ...found };
}

async function userByAddress(
  subject: ProvenSubject,
  provider: Pick<IdentityProvider, 'trustedDomains'>,
  { look, directoryList }: { readonly look: Look; readonly directoryList: DirectoryLister },
): Promise<string | undefined> {
  const email = trustedAddress(subject, provider);
  if (email === undefined) return undefined;
  const claim = await look.find(nameKey('email', email));
  const user = claim && (await look.find(userKey(claim.ownerId)));
  if (!exists(user) || user.email !== email) return undefined;
  const { items } = await directoryList.list(identityList(user.id), { limit: IDENTITIES_MAX });
  const isTaken = items.length === IDENTITIES_MAX || items.some(({ issuer }) => issuer === subject.issuer);
  return isTaken ? undefined : user.id;
}

/**
 * The subject's address in lower case, if the provider has verified it and is trusted for its domain. Letters outside
 * ASCII can become letters of another address there, so an address with them finds nobody.
 */
function trustedAddress(
  { email = '', isEmailVerified }: Pick<ProvenSubject, 'email' | 'isEmailVerified'>,
  { trustedDomains }: Pick<IdentityProvider, 'trustedDomains'>,
): string | undefined {
  const address = email.toLowerCase();
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return isEmailVerified && isMailAddress(email) && trustedDomains.includes(domain) ? address : undefined;
}

/**
 * Links a subject that an address has found to its user, who is told of the new way to log in.
 * @throws DomainError `not_found` if the user is gone or the subject became another user meanwhile;
 * `temporarily_unavailable`
 */
export async function linkFoundSubject(
  subject: ProvenSubject,
  { userId, provider }: { readonly userId: string; readonly provider: Pick<IdentityProvider, 'id' | 'name'> },
  ports: LinkPorts & TellPorts,
): Promise<void> {
  const user = await ports.records.open(`link to ${userId}`).find(userKey(userId));
  assertExists(user);
  await tellIdentities(user, { type: 'identityNotice', change: 'linked', provider: provider.name }, ports);
  await linkSubject(subject, { userId, providerId: provider.id }, ports);
}

interface LinkPorts extends Pick<Ports, 'records' | 'digests'> {
  readonly identities: RecordWriter<'identity'>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Notes that a subject is a user. A second request at the same time notes the same.
 * @throws DomainError `not_found` if the subject became another user meanwhile
 */
async function linkSubject(
  { issuer, subject, email, isEmailVerified }: ProvenSubject,
  { userId, providerId }: Pick<Identity, 'userId' | 'providerId'>,
  ports: LinkPorts,
): Promise<void> {
  const id = identityIdOf({ issuer, subject }, ports.digests);
  const identity: Identity = {
    id,
    userId,
    providerId,
    issuer,
    subject,
    email: isEmailVerified ? email : undefined,
    createdAtSeconds: ports.clock.nowSeconds(),
    version: firstVersion(ports.random),
  };
  await ports.identities.insert(identityKey(id), identity).catch(ignoreConflict);
  const kept = await ports.records.open(`link of ${id}`).find(identityKey(id));
  if (kept?.userId !== userId) throw notFound();
}

/** Notes that a person logged in by an identity. A failure does not matter. */
export async function noteIdentityUse(
  identity: Identity,
  { identities, clock }: { readonly identities: RecordWriter<'identity'>; readonly clock: Clock },
): Promise<void> {
  const used = { ...identity, lastUsedAtSeconds: clock.nowSeconds(), version: identity.version + 1 };
  await identities.replace(identityKey(identity.id), used).catch(() => undefined);
}
