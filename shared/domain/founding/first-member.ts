import { enterFullMember } from '../access/full-members.ts';
import type { Clock, Digests, Random } from '../ambient.ts';
import { newId } from '../ids.ts';
import { type WorkspaceMember, workspaceMemberKey } from '../people-records/workspace-member.ts';
import { changeRecord, type RecordWriter, type ShortLivedWriter, type WritableKind } from '../records/change-record.ts';
import { claimName } from '../records/claim-name.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';
import { exists, type User, userKey } from '../records/principals.ts';
import { makeLoginLink } from '../registration/login-link.ts';

interface Ports {
  readonly issuer: string;
  readonly records: RecordReader;
  readonly directory: RecordWriter<WritableKind>;
  readonly interactions: ShortLivedWriter<'loginLink'>;
  readonly digests: Digests;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes a person with this address a workspace member who may do everything, and returns a link by which the person logs
 * in once within ten minutes. The same address gets a new link, and the old one ends (recovery).
 * @throws DomainError `conflict` if another bootstrap runs at the same time
 */
export async function provideFirstMember(address: string, ports: Ports): Promise<{ readonly loginLink: string }> {
  const email = address.toLowerCase();
  const look = ports.records.open(`member ${email}`);
  const user = await provideUser(email, look, ports);
  await provideMember(user, look, ports);
  await enterFullMember(user.id, ports);
  const token = await makeLoginLink(user.id, ports);
  return { loginLink: `${ports.issuer}/login/link?token=${token}` };
}

/** A user, and whether the user was there before. */
interface Provided {
  readonly id: string;
  readonly isKnown: boolean;
}

async function provideUser(email: string, look: Look, ports: Ports): Promise<Provided> {
  const claim = await look.find(nameKey('email', email));
  const known = claim && (await look.find(userKey(claim.ownerId)));
  if (exists(known) && known.email === email) return { id: known.id, isKnown: true };
  const id = newId('usr', ports.random);
  await claimName({ key: nameKey('email', email), field: 'email', owner: userKey(id) }, { ...ports, look });
  const user: User = { id, email, status: 'active', createdAtSeconds: ports.clock.nowSeconds(), version: 1 };
  await ports.directory.insert(userKey(id), user);
  return { id, isKnown: false };
}

/** Ends the sessions of a user that began up to now. */
async function endSessions(userId: string, { records, directory, clock }: Ports): Promise<void> {
  const signedOutBeforeSeconds = clock.nowSeconds() + 1;
  const change = (user: User): User => ({ ...user, signedOutBeforeSeconds });
  await changeRecord({ key: userKey(userId), change }, { records, directory });
}

async function provideMember({ id: userId, isKnown }: Provided, look: Look, ports: Ports): Promise<void> {
  const { directory, clock, random } = ports;
  const key = workspaceMemberKey(userId);
  const before = await look.find(key);
  if (before?.roleIds === 'all') return;
  // First of all, so that no older session ever gets the authority of a member.
  if (isKnown) await endSessions(userId, ports);
  if (before !== undefined) {
    await directory.replace(key, { ...before, roleIds: 'all', version: before.version + 1 });
    return;
  }
  const id = newId('mem', random);
  const member: WorkspaceMember = { id, userId, roleIds: 'all', createdAtSeconds: clock.nowSeconds(), version: 1 };
  await directory.insert(key, member);
}
