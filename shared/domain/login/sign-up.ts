import type { Clock, Random } from '../ambient.ts';
import { createUser } from '../directory/users.ts';
import { ignoreConflict } from '../errors.ts';
import { type Invitation, invitationKey, isInvitationOpen } from '../people-records/invitation.ts';
import type { RecordWriter } from '../records/change-record.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';
import { userKey } from '../records/principals.ts';
import { settingsIn } from '../records/settings.ts';
import { isMailAddress } from './mail-address.ts';

/** The ports that make the user of an address. */
export interface SignUpPorts {
  readonly records: RecordReader;
  readonly newUsers: RecordWriter<'user' | 'name'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Finds the active user of an address. The reads are the same for an address that nobody has. */
export async function userIdOf(email: string, look: Look): Promise<string | undefined> {
  const claim = await look.find(nameKey('email', email));
  const user = await look.find(userKey(claim?.ownerId ?? 'nobody'));
  return user?.status === 'active' && user.email === email ? user.id : undefined;
}

/**
 * Whether the owner of an address becomes a user by a first login, as the settings of the workspace say. The reads are the
 * same for every address and every mode.
 */
export async function maySignUp(
  candidate: { readonly email: string; readonly invitationId: Invitation['id'] | undefined },
  look: Look,
  nowSeconds: number,
): Promise<boolean> {
  const { email } = candidate;
  const [{ signUp: rule }, isWelcome] = await Promise.all([settingsIn(look), isInvited(candidate, look, nowSeconds)]);
  if (rule.mode === 'off' || !isMailAddress(email)) return false;
  if (isWelcome || rule.mode === 'open') return true;
  return rule.mode === 'domains' && rule.domains.includes(email.slice(email.lastIndexOf('@') + 1));
}

/** Whether an address may get a user by an invitation: it is open, and is for exactly this address. */
async function isInvited(
  { email, invitationId }: { readonly email: string; readonly invitationId: Invitation['id'] | undefined },
  look: Look,
  nowSeconds: number,
): Promise<boolean> {
  const invitation = invitationId === undefined ? undefined : await look.find(invitationKey(invitationId));
  return invitation !== undefined && invitation.email === email && isInvitationOpen(invitation, nowSeconds);
}

/**
 * Makes the user of an address whose owner has shown a code that was sent to it, or finds the user whom another request
 * made meanwhile. Undefined if the user of the address is not active.
 */
export async function signUp(email: string, ports: SignUpPorts): Promise<string | undefined> {
  const made = await createUser({ email }, { ...ports, directory: ports.newUsers }).catch(ignoreConflict);
  return made?.id ?? userIdOf(email, ports.records.open(`user of ${email}`));
}
