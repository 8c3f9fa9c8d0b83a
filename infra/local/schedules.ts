import { tables } from '#shared/api/tables.ts';

type ScheduledTable = Extract<(typeof tables)[number], { readonly schedule: object }>;

/** The name of a function with a schedule. */
export type ScheduledFunction = ScheduledTable['name'];

interface Schedule {
  readonly name: ScheduledFunction;
  readonly everyMinutes: number;
  readonly timeoutSeconds: number;
}

/** The scheduled functions of the API tables, with their period and timeout. */
export const schedules: readonly Schedule[] = tables.flatMap((table) =>
  'schedule' in table ? [{ name: table.name, ...table.schedule, timeoutSeconds: table.timeoutSeconds }] : [],
);

/** `close` waits this long for a run to end. The process may then kill the run, which is safe at any point. */
const LAST_RUN_MILLISECONDS = 1_000;

/** The running schedules. */
export interface RunningSchedules {
  /** Begins no further runs, and waits up to a second for current runs. */
  close(): Promise<void>;
}

/**
 * Runs each scheduled function at its period, as EventBridge does in AWS. The timers do not keep the process alive.
 * While a run lasts, no further run of the function begins. A failed run writes its own log line.
 */
export function startSchedules(run: (name: ScheduledFunction) => Promise<unknown>): RunningSchedules {
  const running = new Map<ScheduledFunction, Promise<unknown>>();
  const begin = (name: ScheduledFunction) => {
    if (running.has(name)) return;
    const ended = run(name)
      .catch(() => undefined)
      .finally(() => running.delete(name));
    running.set(name, ended);
  };
  const timers = schedules.map(({ name, everyMinutes }) => setInterval(begin, everyMinutes * 60_000, name).unref());
  return {
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      if (running.size === 0) return;
      const { promise: isLate, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LAST_RUN_MILLISECONDS);
      await Promise.race([Promise.all(running.values()), isLate]);
      clearTimeout(timer);
    },
  };
}
