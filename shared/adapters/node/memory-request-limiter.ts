import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RequestLimiter } from '#shared/domain/requests.ts';

const REQUESTS_MAX = 3_000;

const WINDOW_SECONDS = 60;

/**
 * Counts requests in this process only: a fair share of one function instance, so that one busy script does not slow
 * everybody else down. What protects the account as a whole is API Gateway's throttle.
 */
export function memoryRequestLimiter(_environment?: unknown, requestsMax = REQUESTS_MAX): RequestLimiter {
  const limiter = new RateLimiterMemory({ points: requestsMax, duration: WINDOW_SECONDS });
  return {
    count: async (key) => {
      const counted = await limiter.consume(key).catch(asResult);
      return {
        name: 'client',
        limit: requestsMax,
        windowSeconds: WINDOW_SECONDS,
        isExceeded: counted.consumedPoints > requestsMax,
        remaining: counted.remainingPoints,
        resetSeconds: Math.ceil(counted.msBeforeNext / 1_000),
      };
    },
  };
}

/** The library rejects with its result where no points are left. */
function asResult(rejection: unknown): RateLimiterRes {
  if (rejection instanceof RateLimiterRes) return rejection;
  throw rejection;
}
