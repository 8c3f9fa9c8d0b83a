import type { Versioned } from '../records/lifecycle.ts';
import type { RecordKey, RecordList } from '../records/record-key.ts';

/** How long an invitation can be accepted: seven days. */
export const INVITATION_LIFETIME_SECONDS = 604_800;

/** No request works longer than this on an acceptance. */
const ACCEPTANCE_SECONDS = 60;

/** A role of an invitation, as strong as it was when somebody invited with it. */
export interface InvitedRole {
  readonly id: string;
  readonly level: number;
  /** Its permissions at the management API. */
  readonly permissions: readonly string[];
}

/** An address whose owner may become a member of a tenant, or without a tenant of the workspace. */
export interface Invitation extends Versioned {
  readonly id: string;
  readonly tenantId?: string | undefined;
  /** In lower case. */
  readonly email: string;
  /** The roles of the new member, or `all` for a workspace member who may do everything. */
  readonly roles: readonly InvitedRole[] | 'all';
  readonly invitedBy: Inviter;
  /** The moment from which on nobody can accept it, in Unix time. */
  readonly expiresAtSeconds: number;
  /** When the person accepted it. Then the person becomes a member, and at once the invitation is removed. */
  readonly acceptedAtSeconds?: number | undefined;
}

/** Who invited: the client, and the subject for whom it called. */
export interface Inviter {
  readonly clientId: string;
  readonly subject: string;
}

/** Names an invitation. */
export function invitationKey(id: string): RecordKey<'invitation', Invitation> {
  return { kind: 'invitation', id };
}

/** Names the list of a tenant's invitations, or without a tenant of the invitations to become a workspace member. */
export function invitationList(tenantId: string | undefined): RecordList<'invitation', Invitation> {
  return { kind: 'invitation', owner: tenantId === undefined ? undefined : { tenantId } };
}

/** Names the list of all invitations of an address. */
export function invitationsOfAddress(email: string): RecordList<'invitation', Invitation> {
  return { kind: 'invitation', owner: { email } };
}

/** Whether an invitation can still be accepted, or declined. */
export function isInvitationOpen(invitation: Invitation, nowSeconds: number): boolean {
  return !isBeingAccepted(invitation, nowSeconds) && invitation.expiresAtSeconds > nowSeconds;
}

/** Whether a request is making the member now. A request that failed on the way is over after a minute. */
export function isBeingAccepted({ acceptedAtSeconds }: Invitation, nowSeconds: number): boolean {
  return acceptedAtSeconds !== undefined && acceptedAtSeconds + ACCEPTANCE_SECONDS > nowSeconds;
}
