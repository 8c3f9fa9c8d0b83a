import { changeRecord } from './change-record.ts';
import { assertVersion, changedMeanwhile, notFound } from './errors.ts';
import { newId } from './ids.ts';
import { acceptedMetadata, mergeMetadata } from './metadata.ts';
import { claimName, releaseName } from './names.ts';
import type { Clock, DirectoryWriter, Random, StandingReader } from './ports.ts';
import { type JsonObject, nameKey, type User } from './records.ts';

interface Ports {
  readonly standing: StandingReader;
  readonly directory: DirectoryWriter;
}

/**
 * Creates a user. E-mail addresses are compared without regard to case.
 * @throws DomainError `conflict` for an address that another user has
 */
export async function createUser(
  request: { readonly email: string; readonly name?: string | undefined; readonly metadata?: JsonObject | undefined },
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<User> {
  const { name } = request;
  const metadata = acceptedMetadata(request.metadata);
  const id = newId('usr', ports.random);
  const email = request.email.toLowerCase();
  const look = ports.standing.open(id);
  await claimName({ key: nameKey('email', email), field: 'email', owner: { kind: 'user', id } }, { ...ports, look });
  const createdAtSeconds = ports.clock.nowSeconds();
  const user: User = { id, email, name, metadata, status: 'active', createdAtSeconds, version: 1 };
  await ports.directory.insert('user', id, user);
  return user;
}

/** @throws DomainError `not_found` */
export async function getUser(id: string, { standing }: Pick<Ports, 'standing'>): Promise<User> {
  const user = await standing.open(id).find('user', id);
  if (user === undefined) throw notFound();
  return user;
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
 * @throws DomainError as `changeRecord` does, and `conflict` for an address that another user has
 */
export async function updateUser(
  id: string,
  patch: UserChange,
  expectedVersion: number | undefined,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<User> {
  let leaveOldAddress: (() => Promise<void>) | undefined;
  const change = async (before: User): Promise<User> => {
    const after: User = {
      ...before,
      email: patch.email?.toLowerCase() ?? before.email,
      name: patch.name === undefined ? before.name : (patch.name ?? undefined),
      status: patch.status ?? before.status,
      metadata: mergeMetadata(before.metadata, patch.metadata),
    };
    if (after.email !== before.email) leaveOldAddress = await moveAddress(before, after, ports);
    return after;
  };
  const changed = await changeRecord({ kind: 'user', key: id, expectedVersion, change }, ports);
  await leaveOldAddress?.();
  return changed;
}

/** Claims a user's new address. What is answered gives the old one free, unless it has been claimed again by then. */
async function moveAddress(
  before: User,
  after: User,
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<() => Promise<void>> {
  const look = ports.standing.open(before.id);
  const owner = { kind: 'user', id: before.id } as const;
  const old = nameKey('email', before.email);
  const claim = { key: nameKey('email', after.email), field: 'email', owner };
  await Promise.all([look.find('name', old), claimName(claim, { ...ports, look })]);
  return () => releaseName({ key: old, owner }, { ...ports, look });
}

/**
 * Deletes a user; personal tokens end with it, because the user behind them does not stand any more.
 * @throws DomainError `not_found`
 */
export async function deleteUser(id: string, ports: Ports, expectedVersion?: number): Promise<void> {
  const look = ports.standing.open(id);
  const user = await look.find('user', id);
  if (user === undefined) throw notFound();
  assertVersion(user, expectedVersion);
  if (!(await ports.directory.remove('user', id, user.version))) throw changedMeanwhile();
  await releaseName({ key: nameKey('email', user.email), owner: { kind: 'user', id } }, { ...ports, look });
}
