import { tables } from '#shared/api/tables.ts';

type ScheduledTable = Extract<(typeof tables)[number], { readonly schedule: object }>;

/** A function that runs by itself. */
export type ScheduledFunction = ScheduledTable['name'];

interface Schedule {
  readonly name: ScheduledFunction;
  readonly everyMinutes: number;
  readonly timeoutSeconds: number;
}

/** What the API tables let run by itself, and how often. */
export const schedules: readonly Schedule[] = tables.flatMap((table) =>
  'schedule' in table ? [{ name: table.name, ...table.schedule, timeoutSeconds: table.timeoutSeconds }] : [],
);

/** Stops the clockwork; resolves when the last run has ended. */
export interface Clockwork {
  close(): Promise<void>;
}

/**
 * Runs every scheduled function by the clock of this machine, as EventBridge does in AWS, without keeping the process
 * alive. A run that outlasts its period takes the next one's place; one that fails has said so in its log line.
 */
export function startClockwork(run: (name: ScheduledFunction) => Promise<unknown>): Clockwork {
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
      await Promise.all(running.values());
    },
  };
}
