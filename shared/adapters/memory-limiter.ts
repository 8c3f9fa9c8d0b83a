import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError } from '#shared/domain/errors.ts';
import type { AttemptLimiter } from '#shared/domain/ports.ts';

const UNKNOWN_TOKENS_MAX = 3_000;
const GUESSES_MAX = 10;
const WINDOW_SECONDS = 60;

/**
 * Counts unknown tokens in this process only. That slows a scanner down in proportion to the processes it is spread
 * over; the token's signature, not this limiter, is what makes guessing hopeless.
 */
export function memoryLimiter(_environment?: unknown, failuresMax = UNKNOWN_TOKENS_MAX): AttemptLimiter {
  return limitFailures(failuresMax, 'Too many unknown tokens. Try again later.');
}

/** Counts guesses at imported secrets, in this process only: enough to keep a process from hashing for guessers alone. */
export function memoryGuessLimiter(_environment?: unknown, failuresMax = GUESSES_MAX): AttemptLimiter {
  return limitFailures(failuresMax, 'Too many wrong secrets. Try again later.');
}

function limitFailures(failuresMax: number, refusal: string): AttemptLimiter {
  const limiter = new RateLimiterMemory({ points: failuresMax, duration: WINDOW_SECONDS });
  return {
    assertMayTry: async (key) => {
      const counted = await limiter.get(key);
      if (counted === null || counted.consumedPoints < failuresMax) return;
      throw new DomainError('rate_limited', refusal, {
        retryAfterSeconds: Math.ceil(counted.msBeforeNext / 1_000),
      });
    },
    recordFailure: async (key) => {
      await limiter.penalty(key, 1);
    },
  };
}
