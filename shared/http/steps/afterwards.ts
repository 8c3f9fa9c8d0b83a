import { type Afterthought, logLost } from '../log.ts';
import type { Incoming } from '../request/incoming.ts';
import { within } from '../within.ts';

/**
 * Callers have their answer three seconds after their request came in (INV8); this is when it has to be on its way. A
 * call that was made twice in vain has taken two of them, and the way back of a busy process takes its time, too.
 */
const ANSWER_MILLISECONDS_MAX = 2_500;

/** So long even a late request waits for each of its notes. */
const NOTE_MILLISECONDS_MIN = 50;

/**
 * Waits for what is written down once the result of a request is certain, because a process may stand still as soon as
 * it has answered. A note that is lost, or late, is logged and changes nothing about the answer.
 */
export async function settleAfterwards(
  what: Afterthought,
  event: Incoming,
  note: Promise<unknown> | undefined,
): Promise<void> {
  if (note === undefined) return;
  const elapsedMilliseconds = performance.now() - event.startedAtMilliseconds;
  const leftMilliseconds = Math.max(ANSWER_MILLISECONDS_MAX - elapsedMilliseconds, NOTE_MILLISECONDS_MIN);
  await within(leftMilliseconds, note).catch((error: unknown) => logLost(what, event, error));
}
