import { changedMeanwhile, notFound } from './errors.ts';
import { newId } from './ids.ts';
import { claimName, releaseName } from './names.ts';
import type { Clock, DirectoryWriter, Random, StandingReader } from './ports.ts';
import { nameKey, type User } from './records.ts';

interface Ports {
  readonly standing: StandingReader;
  readonly directory: DirectoryWriter;
}

/**
 * Creates a user. E-mail addresses are compared without regard to case.
 * @throws DomainError `conflict` for an address that another user has
 */
export async function createUser(
  request: { readonly email: string; readonly name?: string | undefined },
  ports: Ports & { readonly clock: Clock; readonly random: Random },
): Promise<User> {
  const id = newId('usr', ports.random);
  const email = request.email.toLowerCase();
  const look = ports.standing.open(id);
  await claimName({ key: nameKey('email', email), field: 'email', owner: { kind: 'user', id } }, { ...ports, look });
  const createdAtSeconds = ports.clock.nowSeconds();
  const user: User = { id, email, name: request.name, status: 'active', createdAtSeconds, version: 1 };
  await ports.directory.insert('user', id, user);
  return user;
}

/** @throws DomainError `not_found` */
export async function getUser(id: string, { standing }: Pick<Ports, 'standing'>): Promise<User> {
  const user = await standing.open(id).find('user', id);
  if (user === undefined) throw notFound();
  return user;
}

/**
 * Deletes a user; personal tokens end with it, because the user behind them does not stand any more.
 * @throws DomainError `not_found`
 */
export async function deleteUser(id: string, ports: Ports): Promise<void> {
  const look = ports.standing.open(id);
  const user = await look.find('user', id);
  if (user === undefined) throw notFound();
  if (!(await ports.directory.remove('user', id, user.version))) throw changedMeanwhile();
  await releaseName({ key: nameKey('email', user.email), owner: { kind: 'user', id } }, { ...ports, look });
}
