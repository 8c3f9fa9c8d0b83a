import type { Context } from 'aws-lambda';
import type { LambdaTable } from '#shared/api/table.ts';
import type { AdaptersOf, PortsOf } from '#shared/ports.ts';
import { logTask, logTaskFailure } from './log.ts';
import { openPorts } from './open-ports.ts';

type Granted<Table extends LambdaTable> = Table['grants'][number];

/** What a task answers: the result, and what its log line is to name. */
export interface TaskResult<Result> {
  readonly result: Result;
  /** Undefined where there was nothing to do: that it ran, and for how long, Lambda notes itself. */
  readonly log: Readonly<Record<string, unknown>> | undefined;
}

/** A Lambda handler that somebody else than an HTTP route invokes. */
export interface TaskHandler<Table extends LambdaTable, Event, Result> {
  (event: Event, context: Context): Promise<Result>;
  /** The same handler with some adapters exchanged. */
  with(adapters: Partial<AdaptersOf<Granted<Table>>>): TaskHandler<Table, Event, Result>;
}

/** Joins a table without routes, its adapters and the one thing it does to a Lambda handler. */
export function task<const Table extends LambdaTable, Event, Result>(
  table: Table,
  adapters: AdaptersOf<Granted<Table>>,
  run: (event: Event, ports: PortsOf<Granted<Table>>, context: Context) => Promise<TaskResult<Result>>,
): TaskHandler<Table, Event, Result> {
  const ports = openPorts<PortsOf<Granted<Table>>>(adapters);
  const handler = async (event: Event, context: Context) => {
    const { result, log } = await run(event, ports(), context).catch((thrown: unknown) => {
      logTaskFailure(table.name, thrown);
      throw thrown;
    });
    if (log !== undefined) logTask(table.name, 'ok', log);
    return result;
  };
  return Object.assign(handler, {
    with: (changed: Partial<AdaptersOf<Granted<Table>>>) => task(table, { ...adapters, ...changed }, run),
  });
}
