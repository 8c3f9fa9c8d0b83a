import type { GatewayRoute } from './configuration.ts';

interface TokenBucket {
  tokens: number;
  filledAtMilliseconds: number;
}

/** Tells whether a route may serve a further request now. If it may, the request is counted. */
export type Throttle = (route: GatewayRoute) => boolean;

/** Creates a token bucket for each route with a throttle. Buckets are full at first. */
export function createThrottle(nowMilliseconds: () => number): Throttle {
  const buckets = new Map<GatewayRoute, TokenBucket>();
  return function admit(route) {
    if (route.throttle === undefined) return true;
    const { ratePerSecond, burst } = route.throttle;
    const now = nowMilliseconds();
    const bucket = buckets.get(route) ?? { tokens: burst, filledAtMilliseconds: now };
    const elapsedSeconds = Math.max(0, now - bucket.filledAtMilliseconds) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + elapsedSeconds * ratePerSecond);
    bucket.filledAtMilliseconds = now;
    buckets.set(route, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
