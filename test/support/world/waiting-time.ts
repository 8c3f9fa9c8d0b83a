import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * The time in which this process only waits. It stands while the product, an engine or a test is at work, however slow
 * the machine is. A world counts the time limits of the product in it, so that a limit expires only if an engine is
 * silent.
 */

/** Shorter timers are pauses, such as those of the event loop's own work, and never a limit of the product. */
const LIMIT_MILLISECONDS_MIN = 50;

/** How often a timer looks at the time. More than this is never counted at once, because the rest is the machine's. */
const STEP_MILLISECONDS = 10;

// Kept for files that replace the timers of their process: a world before them may have left one behind.
const real = {
  setTimeout: globalThis.setTimeout,
  timeoutSignal: AbortSignal.timeout,
  loop: performance.eventLoopUtilization.bind(performance),
};

let waitedMilliseconds = 0;
let idleMilliseconds = 0;
let callsAtWork = 0;
let worlds = 0;

/** The milliseconds for which this process has waited so far, while it had a timer. */
export function millisecondsWaited(): number {
  const { idle } = real.loop();
  if (callsAtWork === 0) waitedMilliseconds += Math.min(idle - idleMilliseconds, STEP_MILLISECONDS);
  idleMilliseconds = idle;
  return waitedMilliseconds;
}

/** Waits in this time. */
export async function waitMilliseconds(milliseconds: number): Promise<void> {
  const dueAt = millisecondsWaited() + milliseconds;
  while (millisecondsWaited() < dueAt) await wait(STEP_MILLISECONDS);
}

/** Stops the time until the answer of an engine is there, or the engine falls silent. */
export function beginCall(): { end(): void } {
  callsAtWork += 1;
  let isAtWork = true;
  return {
    end: () => {
      if (isAtWork) callsAtWork -= 1;
      isAtWork = false;
    },
  };
}

/** Lets the timers that begin from now on count this time. The answer is a function that ends it. */
export function countWaitingTime(): () => void {
  worlds += 1;
  replaceTimers(waitingTimeout as typeof setTimeout, waitingSignal);
  return () => {
    worlds -= 1;
    if (worlds === 0) replaceTimers(real.setTimeout, real.timeoutSignal);
  };
}

function replaceTimers(timeout: typeof setTimeout, timeoutSignal: typeof AbortSignal.timeout): void {
  globalThis.setTimeout = timeout;
  AbortSignal.timeout = timeoutSignal;
  timers.setTimeout = timeout;
  syncBuiltinESMExports();
}

function waitingTimeout(callback: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) {
  if (milliseconds < LIMIT_MILLISECONDS_MIN) return real.setTimeout(callback, milliseconds, ...values);
  let dueAt = millisecondsWaited() + milliseconds;
  const timer = real.setTimeout(() => {
    if (millisecondsWaited() < dueAt) lookAgain();
    else callback(...values);
  }, STEP_MILLISECONDS);
  const lookAgain = timer.refresh.bind(timer);
  timer.refresh = () => {
    dueAt = millisecondsWaited() + milliseconds;
    return lookAgain();
  };
  return timer;
}

Object.assign(waitingTimeout, { [promisify.custom]: wait });

function waitingSignal(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const giveUp = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  waitingTimeout(giveUp, milliseconds).unref();
  return controller.signal;
}
