import { describe, expect, test } from 'vitest';
import { type AssertionClaims, endOfAssertion, isTimely } from '#shared/domain/authentication/assertion.ts';

const NOW = 1_800_000_000;

const SKEW = 30;

const HOUR = 3_600;

function claims(change: Partial<AssertionClaims> = {}): AssertionClaims {
  return { iss: 'svc_1', sub: 'svc_1', aud: 'https://auth.example.com', exp: NOW + 60, jti: '1', ...change };
}

describe('the times of an assertion', () => {
  test.each([
    ['without iat and nbf', {}],
    ['an exp in this second', { exp: NOW }],
    ['an exp as long ago as clocks may differ', { exp: NOW - SKEW + 1 }],
    ['an exp in an hour, by a clock that is ahead', { exp: NOW + HOUR + SKEW }],
    ['an exp with a fraction', { exp: NOW - SKEW + 0.5 }],
    ['an iat that is ahead as clocks may be', { iat: NOW + SKEW }],
    ['an nbf that is ahead as clocks may be', { nbf: NOW + SKEW }],
    ['an iat of yesterday', { iat: NOW - 86_400 }],
  ])('D6, D7: hold with %s', (_what, change) => {
    expect(isTimely(claims(change), NOW)).toBe(true);
  });

  test.each([
    ['an exp longer ago', { exp: NOW - SKEW }],
    ['an exp further ahead', { exp: NOW + HOUR + SKEW + 1 }],
    ['an iat further ahead', { iat: NOW + SKEW + 1 }],
    ['an nbf further ahead', { nbf: NOW + SKEW + 1 }],
    ['a negative exp', { exp: -NOW }],
    ['the greatest exp', { exp: Number.MAX_VALUE }],
  ])('D6, D7: do not hold with %s', (_what, change) => {
    expect(isTimely(claims(change), NOW)).toBe(false);
  });

  test.each([60, 60.2, -10, 0])('D9: end where the assertion is refused from then on: exp %s', (fromNow) => {
    const some = claims({ exp: NOW + fromNow });
    const end = endOfAssertion(some);
    expect([isTimely(some, end - 1), isTimely(some, end)]).toEqual([true, false]);
  });
});
