import type { GatewayAuthorizer } from './configuration.ts';

/** API Gateway caches an authorizer's result for at most an hour. */
const RESULT_TTL_SECONDS_MAX = 3600;

/** The most cached results of an authorizer. A further result replaces the oldest. */
const CACHED_RESULTS_MAX = 10_000;

interface CachedResult<Result> {
  readonly result: Result;
  readonly expiresAtMilliseconds: number;
}

/** Caches the results of an authorizer for all its routes. The values of the identity sources are the key. */
export interface AuthorizerResultCache<Result> {
  find(identity: readonly string[]): Result | undefined;
  keep(identity: readonly string[], result: Result): void;
}

/**
 * Creates the result cache of an authorizer. With a time to live of 0 it stays empty.
 *
 * @throws Error if API Gateway would refuse the time to live, or there is no identity source to cache by
 */
export function createAuthorizerResultCache<Result>(
  { identitySources, resultTtlSeconds }: Pick<GatewayAuthorizer, 'identitySources' | 'resultTtlSeconds'>,
  nowMilliseconds: () => number,
): AuthorizerResultCache<Result> {
  if (!(resultTtlSeconds >= 0 && resultTtlSeconds <= RESULT_TTL_SECONDS_MAX)) {
    throw new Error(
      `An authorizer result is cached for 0 to ${RESULT_TTL_SECONDS_MAX} seconds, not ${resultTtlSeconds}.`,
    );
  }
  if (resultTtlSeconds > 0 && identitySources.length === 0) {
    throw new Error('An authorizer needs an identity source to cache its results.');
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
