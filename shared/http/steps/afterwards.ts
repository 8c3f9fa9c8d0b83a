import { type LateRecord, logLost } from '../log.ts';
import type { Incoming } from '../request/incoming.ts';
import { within } from '../within.ts';

/**
 * The time after which an answer must be sent, counted from the start of the request. Callers get their answer within
 * three seconds (INV8), and a busy process needs a part of this time to send it.
 */
const ANSWER_MILLISECONDS_MAX = 2_500;

/** The shortest time to wait for a record, even if the request is late. */
const RECORD_MILLISECONDS_MIN = 50;

/**
 * Waits for a record that is written once the result of a request is certain, because Lambda may freeze the process as
 * soon as it has answered. A record that is lost, or takes too long, is logged and does not change the answer.
 */
export async function settleAfterwards(
  what: LateRecord,
  event: Incoming,
  writing: Promise<unknown> | undefined,
): Promise<void> {
  if (writing === undefined) return;
  const elapsedMilliseconds = performance.now() - event.startedAtMilliseconds;
  const leftMilliseconds = Math.max(ANSWER_MILLISECONDS_MAX - elapsedMilliseconds, RECORD_MILLISECONDS_MIN);
  await within(leftMilliseconds, writing).catch((error: unknown) => logLost(what, event, error));
}
