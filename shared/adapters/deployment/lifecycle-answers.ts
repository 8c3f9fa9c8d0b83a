import { unavailable } from '#shared/domain/errors.ts';
import type { LifecycleAnswers } from '#shared/ports.ts';

const TIMEOUT_MILLISECONDS = 10_000;

/**
 * Answers CloudFormation at the URL of the event. The URL is signed and lets its holder answer, so it is never logged.
 * `send` rejects with `temporarily_unavailable` if CloudFormation did not take the answer.
 */
export function httpLifecycleAnswers(): LifecycleAnswers {
  return {
    send: async (url, answer) => {
      const request = {
        method: 'PUT',
        body: JSON.stringify(answer),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      };
      const { ok } = await fetch(url, request).catch(() => ({ ok: false }));
      if (!ok) throw unavailable(new Error('CloudFormation did not take the answer.'));
    },
  };
}
