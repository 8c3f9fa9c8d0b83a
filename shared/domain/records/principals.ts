import { notFound } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Versioned } from './lifecycle.ts';
import type { RecordKey, RecordList } from './record-key.ts';

/** A customer organisation. A deleted one is kept as a nameless mark, so that its id can never come back to life. */
export interface Tenant extends Versioned {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly metadata?: JsonObject | undefined;
  /** Its tokens that were issued before this moment are worth nothing. */
  readonly revokedBeforeSeconds?: number | undefined;
}

/** A person, a member of any number of tenants. A deleted one is kept as a mark too, without name and address. */
export interface User extends Versioned {
  readonly id: string;
  readonly email: string;
  readonly name?: string | undefined;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly metadata?: JsonObject | undefined;
}

/** A user's place in a tenant. `id` is new whenever somebody joins again, so credentials of the first time stay dead. */
export interface Membership extends Versioned {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly roleIds: readonly string[];
}

/** A machine principal inside one tenant. */
export interface ServiceUser extends Versioned {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly roleIds: readonly string[];
  readonly status: 'active' | 'disabled';
  readonly metadata?: JsonObject | undefined;
}

/** Names a tenant among the directory's records. */
export function tenantKey(id: string): RecordKey<'tenant', Tenant> {
  return { kind: 'tenant', id };
}

/** Names a user among the directory's records. */
export function userKey(id: string): RecordKey<'user', User> {
  return { kind: 'user', id };
}

/** Names a membership among the directory's records. */
export function membershipKey(tenantId: string, userId: string): RecordKey<'membership', Membership> {
  return { kind: 'membership', id: `${tenantId}/${userId}` };
}

/** Names a service user among the directory's records. */
export function serviceUserKey(id: string): RecordKey<'serviceUser', ServiceUser> {
  return { kind: 'serviceUser', id };
}

/** Lists all tenants. */
export const tenantList: RecordList<'tenant', Tenant> = { kind: 'tenant', owner: undefined };

/** Lists all users. */
export const userList: RecordList<'user', User> = { kind: 'user', owner: undefined };

/** Lists the members of a tenant. */
export function memberList(tenantId: string): RecordList<'membership', Membership> {
  return { kind: 'membership', owner: { tenantId } };
}

/** Lists the memberships of a user. */
export function membershipList(userId: string): RecordList<'membership', Membership> {
  return { kind: 'membership', owner: { userId } };
}

/** Lists the service users of a tenant. */
export function serviceUserList(tenantId: string): RecordList<'serviceUser', ServiceUser> {
  return { kind: 'serviceUser', owner: { tenantId } };
}

/** Whether a tenant or user is there, in whichever state, and is more than the mark of a deleted one. */
export function exists<Marked extends Tenant | User>(record: Marked | undefined): record is Existing<Marked> {
  return record !== undefined && record.status !== 'deleted';
}

/** A tenant or user that is more than the mark of a deleted record. */
export type Existing<Marked extends Tenant | User> = Marked & { readonly status: 'active' | 'disabled' };

/** A deleted tenant or user looks like one that never was. @throws DomainError `not_found` */
export function assertExists<Marked extends Tenant | User>(record: Marked | undefined): asserts record is Marked {
  if (!exists(record)) throw notFound();
}
