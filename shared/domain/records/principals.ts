import { notFound } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Versioned } from './lifecycle.ts';
import type { RecordKey, RecordList } from './record-key.ts';

/**
 * A customer organisation. A deleted tenant is kept as a tombstone without a name, so that nobody can use its id again.
 */
export interface Tenant extends Versioned {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly metadata?: JsonObject | undefined;
  /** Its tokens that were issued before this moment are not valid. */
  readonly revokedBeforeSeconds?: number | undefined;
}

/** A person, who can be a member of many tenants. A deleted user is kept as a tombstone without name and address. */
export interface User extends Versioned {
  readonly id: string;
  readonly email: string;
  readonly name?: string | undefined;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly metadata?: JsonObject | undefined;
  /** Whether the user has shown a code that was sent to the address. A changed address is not verified. */
  readonly isEmailVerified?: true | undefined;
  /** Whether an administrator lets the user own applications where the settings invite developers. */
  readonly isDeveloper?: true | undefined;
  /** Sessions that began before this moment have ended, because the user signed out everywhere. */
  readonly signedOutBeforeSeconds?: number | undefined;
}

/**
 * A user who belongs to a tenant, with the user's roles there. If a user joins again, the membership has a new `id`, so
 * credentials of the first membership stay invalid.
 */
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

/** Names the record of a tenant. */
export function tenantKey(id: string): RecordKey<'tenant', Tenant> {
  return { kind: 'tenant', id };
}

/** Names the record of a user. */
export function userKey(id: string): RecordKey<'user', User> {
  return { kind: 'user', id };
}

/** Names the membership of a user in a tenant. */
export function membershipKey(tenantId: string, userId: string): RecordKey<'membership', Membership> {
  return { kind: 'membership', id: `${tenantId}/${userId}` };
}

/** Names the record of a service user. */
export function serviceUserKey(id: string): RecordKey<'serviceUser', ServiceUser> {
  return { kind: 'serviceUser', id };
}

/** Names the list of all tenants. */
export const tenantList: RecordList<'tenant', Tenant> = { kind: 'tenant', owner: undefined };

/** Names the list of all users. */
export const userList: RecordList<'user', User> = { kind: 'user', owner: undefined };

/** Names the list of a tenant's members. */
export function memberList(tenantId: string): RecordList<'membership', Membership> {
  return { kind: 'membership', owner: { tenantId } };
}

/** Names the list of a user's memberships. */
export function membershipList(userId: string): RecordList<'membership', Membership> {
  return { kind: 'membership', owner: { userId } };
}

/** Names the list of a tenant's service users. */
export function serviceUserList(tenantId: string): RecordList<'serviceUser', ServiceUser> {
  return { kind: 'serviceUser', owner: { tenantId } };
}

/** A tenant or user that is not deleted. */
export type Existing<Principal extends Tenant | User> = Principal & { readonly status: 'active' | 'disabled' };

/** Whether a tenant or user exists, active or disabled. A tombstone does not count. */
export function exists<Principal extends Tenant | User>(record: Principal | undefined): record is Existing<Principal> {
  return record !== undefined && record.status !== 'deleted';
}

/** Checks that a tenant or user exists; a deleted record looks like an unknown id. @throws DomainError `not_found` */
export function assertExists<Principal extends Tenant | User>(
  record: Principal | undefined,
): asserts record is Principal {
  if (!exists(record)) throw notFound();
}
