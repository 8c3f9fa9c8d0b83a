import type { Clock, Random } from '../ambient.ts';
import { changedMeanwhile, DomainError } from '../errors.ts';
import { firstVersion } from '../ids.ts';
import type { DirectoryWriter, RecordWriter } from './change-record.ts';
import type { Look } from './look.ts';
import { type NameClaim, nameKey } from './permissions.ts';
import type { User } from './principals.ts';
import type { RecordKey } from './record-key.ts';

/** The age at which a claim counts as abandoned if its owner does not have the name. No request takes this long. */
const ABANDONED_AFTER_SECONDS = 60;

interface Claim {
  readonly key: RecordKey<'name', NameClaim>;
  /** The request member that has the name. */
  readonly field: string;
  readonly owner: RecordKey<'user' | 'role' | 'api', object>;
}

interface Ports {
  readonly look: Look;
  readonly directory: RecordWriter<'name'>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Claims a unique name before its owner is written, so that one of two creations wins without a transaction. If the
 * owner claims its name again, the claim gets a new version, so that a request which is about to release the old claim
 * does not release the new claim.
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
    if (!isAbandoned || hasName(await look.find({ ...owner, id: held.ownerId }), key)) {
      throw new DomainError('conflict', `This ${field} is taken.`, { field });
    }
  }
  const claim = { ownerId: owner.id, createdAtSeconds: now, version: held.version + 1 };
  if (!(await directory.replace(key, claim))) throw changedMeanwhile();
}

/** Whether a record exists and has this name now. Only users can change their name, which is their e-mail address. */
function hasName(owner: object | Pick<User, 'email'> | undefined, { id }: RecordKey<'name', NameClaim>): boolean {
  return owner !== undefined && (!('email' in owner) || nameKey('email', owner.email).id === id);
}

/** Releases a name that its owner does not use any more. A claim that another record has taken over stays as it is. */
export async function releaseName(
  { key, owner }: Omit<Claim, 'field'>,
  { look, directory }: Pick<Ports, 'look'> & { readonly directory: DirectoryWriter },
): Promise<void> {
  const held = await look.find(key);
  if (held?.ownerId === owner.id) await directory.remove(key, held.version);
}
