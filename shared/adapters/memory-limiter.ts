import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError } from '#shared/domain/errors.ts';
import type { AttemptLimiter } from '#shared/domain/ports.ts';

const FAILURES_MAX = 3_000;
const WINDOW_SECONDS = 60;

/**
 * Counts failures in this process only. That slows a scanner down in proportion to the processes it is spread over;
 * the token's signature, not this limiter, is what makes guessing hopeless.
 */
export function memoryLimiter(_environment?: unknown, failuresMax = FAILURES_MAX): AttemptLimiter {
  const limiter = new RateLimiterMemory({ points: failuresMax, duration: WINDOW_SECONDS });
  return {
    assertMayTry: async (key) => {
      const counted = await limiter.get(key);
      if (counted === null || counted.consumedPoints < failuresMax) return;
      throw new DomainError('rate_limited', 'Too many unknown tokens. Try again later.', {
        retryAfterSeconds: Math.ceil(counted.msBeforeNext / 1_000),
      });
    },
    recordFailure: async (key) => {
      await limiter.penalty(key, 1);
    },
  };
}
