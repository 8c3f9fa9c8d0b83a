import type { Context } from 'aws-lambda';
import type { LambdaTable } from '#shared/api/table.ts';
import type { AdaptersOf, PortsOf } from '#shared/ports.ts';
import { logTask, logTaskFailure } from './log.ts';
import { openPorts } from './open-ports.ts';

type Granted<Table extends LambdaTable> = Table['grants'][number];

/** The result of a task, and the members of its log line. */
export interface TaskResult<Result> {
  readonly result: Result;
  /** Undefined if there was nothing to do. Lambda itself logs each run and its duration. */
  readonly log: Readonly<Record<string, unknown>> | undefined;
}

/** A Lambda handler without HTTP routes, which a schedule, API Gateway or an operator invokes. */
export interface TaskHandler<Table extends LambdaTable, Event, Result> {
  (event: Event, context: Context): Promise<Result>;
  /** Makes the same handler with other adapters, for example with a clock that stands still. */
  with(adapters: Partial<AdaptersOf<Granted<Table>>>): TaskHandler<Table, Event, Result>;
}

/** Makes a Lambda handler of a table without routes, its adapters and one function. */
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
