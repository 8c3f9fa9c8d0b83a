import type { Clock, Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { assertMayBeChosen, newId } from '../ids.ts';
import { type JsonObject, patchedMember } from '../json.ts';
import { acceptedMetadata, mergeMetadata } from '../metadata.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import { claimName, releaseName } from '../records/claim-name.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';
import { assertExists, exists, type User, userKey, userList } from '../records/principals.ts';
import { noteRemoval } from '../records/removals.ts';

interface Ports {
  readonly records: RecordReader;
  readonly directory: DirectoryWriter;
}

/** Who a new user is to be; the id is the caller's choice where a migration needs it. */
export interface UserRequest {
  readonly email: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly metadata?: JsonObject | undefined;
}

/**
 * Creates a user. E-mail addresses are compared without regard to case.
 * @throws DomainError `conflict` for an address that another user has and for an id that is or ever was in use,
 * `invalid_request` for an id of another kind
 */
export async function createUser(
  request: UserRequest,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<User> {
  const { name, id = newId('usr', ports.random) } = request;
  const metadata = acceptedMetadata(request.metadata);
  assertMayBeChosen(id, 'usr');
  const email = request.email.toLowerCase();
  const look = ports.records.open(id);
  if (request.id !== undefined) await assertFree(id, look);
  await claimName({ key: nameKey('email', email), field: 'email', owner: userKey(id) }, { ...ports, look });
  const createdAtSeconds = ports.clock.nowSeconds();
  const user: User = { id, email, name, metadata, status: 'active', createdAtSeconds, version: 1 };
  await ports.directory.insert(userKey(id), user);
  return user;
}

/** Asked before the address is claimed, so that whoever chose a wrong id can try another one with the same address. */
async function assertFree(id: string, look: Look): Promise<void> {
  if ((await look.find(userKey(id))) === undefined) return;
  throw new DomainError('conflict', 'This id or name is in use, or was.', { field: 'id' });
}

/** @throws DomainError `not_found` */
export async function getUser(id: string, { records }: Pick<Ports, 'records'>): Promise<User> {
  const user = await records.open(id).find(userKey(id));
  assertExists(user);
  return user;
}

/** Lists the users, a page at a time. @throws DomainError `invalid_request` for an unreadable cursor */
export function listUsers(
  page: PageRequest,
  { directoryList }: { readonly directoryList: DirectoryLister },
): Promise<Page<User>> {
  return directoryList.list(userList, page);
}

/** What may change about a user. A disabled user's personal tokens stand still until the user is active again. */
export interface UserChange {
  readonly email?: string | undefined;
  readonly name?: string | null | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly metadata?: JsonObject | null | undefined;
}

/**
 * Changes a user. A new e-mail address is claimed before the change and the old one given free after it, so that at
 * no moment two users have one address; what a change that broke off leaves claimed is free again after a while.
 * @throws DomainError as `changeRecord` does, `conflict` for an address that another user has, and for a deleted user
 * `not_found`, whichever version is meant
 */
export async function updateUser(
  id: string,
  patch: UserChange,
  expectedVersion: number | undefined,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<User> {
  await getUser(id, ports);
  let leaveOldAddress: (() => Promise<void>) | undefined;
  const change = async (before: User): Promise<User | undefined> => {
    if (!exists(before)) return undefined;
    const after: User = {
      ...before,
      email: patch.email?.toLowerCase() ?? before.email,
      name: patchedMember(before.name, patch.name),
      status: patch.status ?? before.status,
      metadata: mergeMetadata(before.metadata, patch.metadata),
    };
    if (after.email !== before.email) leaveOldAddress = await moveAddress(before, after, ports);
    return after;
  };
  const changed = await changeRecord({ key: userKey(id), expectedVersion, change }, ports);
  await leaveOldAddress?.();
  return changed;
}

/** Claims a user's new address. What is answered gives the old one free, unless it has been claimed again by then. */
async function moveAddress(
  before: User,
  after: User,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<() => Promise<void>> {
  const look = ports.records.open(before.id);
  const owner = userKey(before.id);
  const old = nameKey('email', before.email);
  const claim = { key: nameKey('email', after.email), field: 'email', owner };
  await Promise.all([look.find(old), claimName(claim, { ...ports, look })]);
  return () => releaseName({ key: old, owner }, { ...ports, look });
}

/**
 * Deletes a user; personal tokens end with it, because the user behind them does not stand any more. The record stays
 * as a mark that says nothing about the person, for the reason that a tenant's does; memberships are removed later.
 * @throws DomainError as `changeRecord` does, and for a deleted user `not_found`, whichever version is meant
 */
export async function deleteUser(
  id: string,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
  expectedVersion?: number,
): Promise<void> {
  await getUser(id, ports);
  let email = '';
  const change = async (user: User): Promise<User | undefined> => {
    if (!exists(user)) return undefined;
    email = user.email;
    await noteRemoval({ type: 'user', userId: id, email }, ports);
    const { createdAtSeconds, version } = user;
    return { id, email: '', status: 'deleted', createdAtSeconds, version };
  };
  await changeRecord({ key: userKey(id), expectedVersion, change }, ports);
  const look = ports.records.open(id);
  await releaseName({ key: nameKey('email', email), owner: userKey(id) }, { ...ports, look });
}
