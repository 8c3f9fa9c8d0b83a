import type { Clock, Random } from '../ambient.ts';
import { changedMeanwhile, DomainError } from '../errors.ts';
import { firstVersion } from '../ids.ts';
import type { DirectoryWriter } from './change-record.ts';
import type { Look } from './look.ts';
import { type NameClaim, nameKey } from './permissions.ts';
import type { User } from './principals.ts';
import type { RecordKey } from './record-key.ts';

/** A claim whose owner does not go by the name is a change that broke off; nobody is still busy with it after this. */
const ABANDONED_AFTER_SECONDS = 60;

interface Claim {
  /** The name's key among the directory's records. */
  readonly key: RecordKey<'name', NameClaim>;
  /** The request member that the name came in. */
  readonly field: string;
  readonly owner: RecordKey<'user' | 'role' | 'api', object>;
}

interface Ports {
  readonly look: Look;
  readonly directory: DirectoryWriter;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Claims a unique name before its owner is written, so that of two creations one wins without a transaction. Who claims
 * a name again gets it in another version, so that whoever is about to give the first claim up leaves it alone.
 * @throws DomainError `conflict` while the name belongs to another record
 */
export async function claimName({ key, field, owner }: Claim, ports: Ports): Promise<void> {
  const { look, directory, random } = ports;
  const now = ports.clock.nowSeconds();
  const held = await look.find(key);
  if (held === undefined) {
    return directory.insert(key, { ownerId: owner.id, createdAtSeconds: now, version: firstVersion(random) });
  }
  if (held.ownerId !== owner.id) {
    const isAbandoned = held.createdAtSeconds + ABANDONED_AFTER_SECONDS < now;
    if (!isAbandoned || goesBy(key, await look.find({ ...owner, id: held.ownerId }))) {
      throw new DomainError('conflict', `This ${field} is taken.`, { field });
    }
  }
  const claim = { ownerId: owner.id, createdAtSeconds: now, version: held.version + 1 };
  if (!(await directory.replace(key, claim))) throw changedMeanwhile();
}

/** Whether a record has this name now. Only users ever change theirs. */
function goesBy({ id }: RecordKey<'name', NameClaim>, owner: object | Pick<User, 'email'> | undefined): boolean {
  return owner !== undefined && (!('email' in owner) || nameKey('email', owner.email).id === id);
}

/** Gives a name free that its owner does not go by any more. A claim that somebody has taken over stays theirs. */
export async function releaseName(
  { key, owner }: Omit<Claim, 'field'>,
  { look, directory }: Pick<Ports, 'look' | 'directory'>,
): Promise<void> {
  const held = await look.find(key);
  if (held?.ownerId === owner.id) await directory.remove(key, held.version);
}
