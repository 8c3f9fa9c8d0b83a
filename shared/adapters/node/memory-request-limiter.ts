import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RequestLimiter } from '#shared/domain/requests.ts';

const REQUESTS_MAX = 3_000;

const WINDOW_SECONDS = 60;

/**
 * Limits each client's requests to this one process, by default to 3,000 in 60 seconds. It keeps one busy client from
 * slowing down the others on the same function instance. API Gateway's throttle protects the account as a whole.
 * @param requestsMax requests of one client in a window
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

/** The library rejects with its result when no points are left. */
function asResult(rejection: unknown): RateLimiterRes {
  if (rejection instanceof RateLimiterRes) return rejection;
  throw rejection;
}
