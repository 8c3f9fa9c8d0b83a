import type { GatewayAuthorizer } from './configuration.ts';

/** API Gateway keeps an authorizer's result for an hour at most. */
const RESULT_TTL_SECONDS_MAX = 3600;

/** Results kept per authorizer; the oldest gives way. */
const CACHED_RESULTS_MAX = 10_000;

interface CachedResult<Result> {
  readonly result: Result;
  readonly expiresAtMilliseconds: number;
}

/** Remembers an authorizer's results by the values of its identity sources, for every route that uses it. */
export interface AuthorizerResultCache<Result> {
  find(identity: readonly string[]): Result | undefined;
  keep(identity: readonly string[], result: Result): void;
}

/**
 * The result cache of one authorizer; with a time to live of 0 it never holds anything.
 *
 * @throws {Error} on a time to live that API Gateway would refuse, and on caching without an identity source
 */
export function createAuthorizerResultCache<Result>(
  { identitySources, resultTtlSeconds }: Pick<GatewayAuthorizer, 'identitySources' | 'resultTtlSeconds'>,
  nowMilliseconds: () => number,
): AuthorizerResultCache<Result> {
  if (!(resultTtlSeconds >= 0 && resultTtlSeconds <= RESULT_TTL_SECONDS_MAX)) {
    throw new Error(`An authorizer result lives 0 to ${RESULT_TTL_SECONDS_MAX} seconds, not ${resultTtlSeconds}`);
  }
  if (resultTtlSeconds > 0 && identitySources.length === 0) {
    throw new Error('Caching authorizer results needs an identity source');
  }
  const cachedResults = new Map<string, CachedResult<Result>>();
  return {
    find(identity) {
      const cached = cachedResults.get(JSON.stringify(identity));
      return cached !== undefined && nowMilliseconds() < cached.expiresAtMilliseconds ? cached.result : undefined;
    },
    keep(identity, result) {
      if (resultTtlSeconds === 0) return;
      const key = JSON.stringify(identity);
      cachedResults.delete(key);
      cachedResults.set(key, { result, expiresAtMilliseconds: nowMilliseconds() + resultTtlSeconds * 1000 });
      const { value: oldestKey = key } = cachedResults.keys().next();
      if (cachedResults.size > CACHED_RESULTS_MAX) cachedResults.delete(oldestKey);
    },
  };
}
