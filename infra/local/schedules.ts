import { setTimeout } from 'node:timers/promises';
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

/** How long a run under way is waited for; it can be killed anywhere, and nobody likes to wait for a program to end. */
const LAST_RUN_MILLISECONDS = 1_000;

/** What runs scheduled functions. */
export interface Clockwork {
  /** Begins no run any more, and gives one under way a moment to end. */
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
      if (running.size > 0) await Promise.race([Promise.all(running.values()), setTimeout(LAST_RUN_MILLISECONDS)]);
    },
  };
}
