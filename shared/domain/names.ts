import { changedMeanwhile, DomainError } from './errors.ts';
import { firstVersion } from './ids.ts';
import type { Clock, DirectoryWriter, Look, Random } from './ports.ts';
import type { DirectoryKind } from './records.ts';

/** A claim without its owner is a creation or deletion that broke off; nobody is still busy with it after this. */
const ABANDONED_AFTER_SECONDS = 60;

interface Claim {
  /** The name's key among the directory's records. */
  readonly key: string;
  /** The request member that the name came in. */
  readonly field: string;
  readonly owner: { readonly kind: DirectoryKind; readonly id: string };
}

interface Ports {
  readonly look: Look;
  readonly directory: DirectoryWriter;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Claims a unique name before its owner is written, so that of two creations one wins without a transaction.
 * @throws DomainError `conflict` while the name belongs to another record
 */
export async function claimName({ key, field, owner }: Claim, ports: Ports): Promise<void> {
  const { look, directory, random } = ports;
  const now = ports.clock.nowSeconds();
  const held = await look.find('name', key);
  if (held === undefined) {
    return directory.insert('name', key, { ownerId: owner.id, createdAtSeconds: now, version: firstVersion(random) });
  }
  const isAbandoned = held.createdAtSeconds + ABANDONED_AFTER_SECONDS < now;
  if (!isAbandoned || (await look.find(owner.kind, held.ownerId)) !== undefined) {
    throw new DomainError('conflict', `This ${field} is taken.`, { field });
  }
  const claim = { ownerId: owner.id, createdAtSeconds: now, version: held.version + 1 };
  if (!(await directory.replace('name', key, claim))) throw changedMeanwhile();
}

/** Gives a name free after its owner is gone. A claim that somebody else has taken over meanwhile stays theirs. */
export async function releaseName(
  { key, owner }: Omit<Claim, 'field'>,
  { look, directory }: Pick<Ports, 'look' | 'directory'>,
): Promise<void> {
  const held = await look.find('name', key);
  if (held?.ownerId === owner.id) await directory.remove('name', key, held.version);
}
