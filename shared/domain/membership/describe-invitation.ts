import type { Invitation, Inviter } from '../people-records/invitation.ts';
import type { Look } from '../records/look.ts';
import { serviceUserKey, tenantKey, userKey } from '../records/principals.ts';
import { rolesStillAsInvited } from './invited-roles.ts';

/** What stands in the place of roles for a member who may do everything. */
const EVERYTHING = 'Everything';

/** An invitation in names, for the person who is invited. */
export interface DescribedInvitation {
  /** The name of the tenant; undefined for the workspace. */
  readonly tenant: string | undefined;
  readonly invitedBy: string;
  readonly roles: readonly string[];
}

/** Reads the names of all that an invitation is about. */
export async function describeInvitation(invitation: Invitation, look: Look): Promise<DescribedInvitation> {
  const { tenantId, roles } = invitation;
  const [tenant, invitedBy, standing] = await Promise.all([
    tenantId === undefined ? undefined : look.find(tenantKey(tenantId)),
    nameOfInviter(invitation.invitedBy, look),
    roles === 'all' ? [{ name: EVERYTHING }] : rolesStillAsInvited({ ...invitation, roles }, look),
  ]);
  return { tenant: tenant?.name, invitedBy, roles: standing.map(({ name }) => name) };
}

/** The name of a person, or else of the service user or the client that invited. */
async function nameOfInviter({ clientId, subject }: Inviter, look: Look): Promise<string> {
  const [user, serviceUser, client] = await Promise.all([
    look.find(userKey(subject)),
    look.find(serviceUserKey(subject)),
    look.client(clientId),
  ]);
  return user?.name ?? user?.email ?? serviceUser?.name ?? client?.description ?? '';
}
