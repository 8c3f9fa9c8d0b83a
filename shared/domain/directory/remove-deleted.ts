import type { Clock } from '../ambient.ts';
import { type BoundedRun, beginRun } from '../bounded-run.ts';
import { changedMeanwhile } from '../errors.ts';
import { type ClientChanger, type ClientRemover, changeClient, type RemainsRemover } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import type { ClientLister, DirectoryLister } from '../records/lists.ts';
import type { RecordReader } from '../records/look.ts';
import { type Removal, removalKey, removalList } from '../records/removals.ts';
import { pagesOf, type Remnant, remnantsOf, stillExists } from './remains.ts';

/**
 * Minimum age of a deletion. After this time, every request that began before the deletion has ended and cannot add
 * rows any more, and the indexes show all rows.
 */
const SETTLE_SECONDS = 60;

interface Ports {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
  readonly clientList: ClientLister;
  readonly clientRemover: ClientRemover;
  readonly clientChanger: ClientChanger;
  readonly remains: RemainsRemover;
  readonly clock: Clock;
}

/** The result of a run. */
export interface RemovalProgress {
  /** Rows that this run removed. */
  readonly rows: number;
  /** Deletions whose rows are all removed. */
  readonly finished: number;
}

/** A run that counts the rows and deletions that it has finished. */
interface Run extends BoundedRun {
  rows: number;
  finished: number;
}

/**
 * Removes the rows that belong to deleted records, the oldest deletion first. A run may be killed at any point, and
 * two runs may work at the same time, because the next run finds the rows that are left. If a removal fails, the run
 * goes on with the others.
 * @throws the first failure, after the run has tried all other removals
 */
export async function removeDeleted(ports: Ports): Promise<RemovalProgress> {
  const run: Run = { ...beginRun(ports.clock), rows: 0, finished: 0 };
  const failures: unknown[] = [];
  for await (const removal of settledRemovals(run.startedAtSeconds, ports)) {
    if (run.isOver()) break;
    await finishRemoval(removal, run, ports).catch((failure: unknown) => failures.push(failure));
  }
  if (failures.length > 0) throw failures[0];
  return { rows: run.rows, finished: run.finished };
}

async function* settledRemovals(nowSeconds: number, { directoryList }: Ports): AsyncGenerator<Removal> {
  for await (const removals of pagesOf((page) => directoryList.list(removalList, page))) {
    for (const removal of removals) {
      if (removal.createdAtSeconds + SETTLE_SECONDS > nowSeconds) return;
      yield removal;
    }
  }
}

/** Removes the rows of one deletion, and then its note. If the time of the run is over, the next run does the rest. */
async function finishRemoval({ id, version, deleted }: Removal, run: Run, ports: Ports): Promise<void> {
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

/** Removes one row. @throws DomainError `conflict` if the index showed an old version; the next run tries again */
async function remove(remnant: Remnant, ports: Ports): Promise<void> {
  const { clientRemover, remains } = ports;
  if (remnant.kind === 'ownApplication') return disable(remnant.id, ports);
  const isGone =
    remnant.kind === 'client'
      ? (await clientRemover.remove(remnant.id)) !== 'changed'
      : await remains.remove(remnant.key, remnant.version);
  if (!isGone) throw changedMeanwhile();
}

/** Disables an application, if it still exists. */
async function disable(clientId: string, ports: Ports): Promise<void> {
  const change = (before: Client): Client => ({ ...before, status: 'disabled', isPausedByOwner: undefined });
  if ((await ports.records.open(clientId).client(clientId)) === undefined) return;
  await changeClient({ clientId, change }, ports);
}
