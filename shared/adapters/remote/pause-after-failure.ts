import { unavailable } from '#shared/domain/errors.ts';

const PAUSE_MILLISECONDS = 30_000;

/**
 * Wraps a request to another host: after a failure, it fails at once for half a minute, so that nobody waits for a host
 * that does not answer. It rejects with `temporarily_unavailable`. If `beforeRequest` throws, no pause begins, because
 * the host did not fail.
 */
export function pauseAfterFailure<Argument, Answer>(
  request: (argument: Argument) => Promise<Answer>,
  beforeRequest: () => void = () => undefined,
): (argument: Argument) => Promise<Answer> {
  let resumeAtMilliseconds = 0;
  return async (argument) => {
    if (Date.now() < resumeAtMilliseconds) throw unavailable(new Error('The issuer failed a moment ago.'));
    beforeRequest();
    try {
      return await request(argument);
    } catch (cause) {
      resumeAtMilliseconds = Date.now() + PAUSE_MILLISECONDS;
      throw unavailable(cause);
    }
  };
}
