import { countWaitingTime } from './waiting-time.ts';

/** Node's options for a process of Mintmark whose time limits count waiting time, as those of a world do. */
export const patience: readonly string[] = ['--import', import.meta.url];

// Node loads this file into the process before its program.
if (process.execArgv.includes(import.meta.url)) countWaitingTime();
