import type { Clock } from '../ambient.ts';
import { type BoundedRun, beginRun } from '../bounded-run.ts';
import { changedMeanwhile } from '../errors.ts';
import type { ClientRemover, RemainsRemover } from '../records/change-record.ts';
import type { ClientLister, DirectoryLister } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { type Removal, removalKey, removalList, stillExists } from '../records/removals.ts';
import { pagesOf, type Remnant, remnantsOf } from './remains.ts';

/**
 * How old a deletion has to be: every request that began before it has ended by then, so that nothing can be added to
 * what was deleted any more, and the indexes show all there is.
 */
const SETTLE_SECONDS = 60;

interface Ports {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
  readonly clientList: ClientLister;
  readonly clientRemover: ClientRemover;
  readonly remains: RemainsRemover;
  readonly clock: Clock;
}

/** What a run came to. */
export interface RemovalProgress {
  /** Rows that are gone. */
  readonly rows: number;
  /** Deletions of which nothing is left. */
  readonly finished: number;
}

/**
 * Removes what deletions left behind, the oldest first. It can be killed anywhere and run twice at once: what is not
 * gone is found again by the next run. A removal that fails does not hold up the others.
 * @throws the first failure, when all others have had their turn
 */
export async function removeDeleted(ports: Ports): Promise<RemovalProgress> {
  const run: Run = { ...beginRun(ports.clock), rows: 0, finished: 0 };
  const failures: unknown[] = [];
  for await (const removal of settledRemovals(run.startedAtSeconds, ports)) {
    if (run.isOver()) break;
    await finish(removal, run, ports).catch((failure: unknown) => failures.push(failure));
  }
  if (failures.length > 0) throw failures[0];
  return { rows: run.rows, finished: run.finished };
}

/** A run, which counts what it removes. */
interface Run extends BoundedRun {
  rows: number;
  finished: number;
}

async function* settledRemovals(nowSeconds: number, { directoryList }: Ports): AsyncGenerator<Removal> {
  for await (const removals of pagesOf((page) => directoryList.list(removalList, page))) {
    for (const removal of removals) {
      if (removal.createdAtSeconds + SETTLE_SECONDS > nowSeconds) return;
      yield removal;
    }
  }
}

/** Removes all there is of one deletion, and in the end the note of it; what time does not suffice for is left. */
async function finish({ id, version, deleted }: Removal, run: Run, ports: Ports): Promise<void> {
  const look = ports.records.open(id);
  if (!(await stillExists(deleted, look))) {
    for await (const remnants of remnantsOf(deleted, look, ports)) {
      await Promise.all(remnants.map((remnant) => remove(remnant, ports)));
      run.rows += remnants.length;
      if (run.isOver()) return;
    }
  }
  await ports.remains.remove(removalKey(id), version);
  run.finished += 1;
}

/** @throws DomainError `conflict` where the index showed an old version, for the next run to come back to */
async function remove(remnant: Remnant, { clientRemover, remains }: Ports): Promise<void> {
  const isGone =
    remnant.kind === 'client'
      ? (await clientRemover.remove(remnant.id)) !== 'changed'
      : await remains.remove(remnant.key, remnant.version);
  if (!isGone) throw changedMeanwhile();
}
