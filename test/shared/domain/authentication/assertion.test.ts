import { describe, expect, test } from 'vitest';
import { type AssertionClaims, endOfAssertion, isTimely } from '#shared/domain/authentication/assertion.ts';

const NOW = 1_800_000_000;

const SKEW = 30;

const HOUR = 3_600;

function claims(change: Partial<AssertionClaims> = {}): AssertionClaims {
  return { iss: 'svc_1', sub: 'svc_1', aud: ['https://auth.example.com'], exp: NOW + 60, jti: '1', ...change };
}

describe('an assertion', () => {
  test.each([
    ['no iat and no nbf', {}],
    ['an exp in this second', { exp: NOW }],
    ['an exp in the past, within the clock skew', { exp: NOW - SKEW + 1 }],
    ['an exp in an hour, by a clock that is ahead', { exp: NOW + HOUR + SKEW }],
    ['an exp with a fraction', { exp: NOW - SKEW + 0.5 }],
    ['an iat in the future, within the clock skew', { iat: NOW + SKEW }],
    ['an nbf in the future, within the clock skew', { nbf: NOW + SKEW }],
    ['an iat of yesterday', { iat: NOW - 86_400 }],
  ])('D6, D7: is valid with %s', (_case, change) => {
    expect(isTimely(claims(change), NOW)).toBe(true);
  });

  test.each([
    ['an exp in the past, beyond the clock skew', { exp: NOW - SKEW }],
    ['an exp in more than an hour, beyond the clock skew', { exp: NOW + HOUR + SKEW + 1 }],
    ['an iat in the future, beyond the clock skew', { iat: NOW + SKEW + 1 }],
    ['an nbf in the future, beyond the clock skew', { nbf: NOW + SKEW + 1 }],
    ['a negative exp', { exp: -NOW }],
    ['the greatest exp', { exp: Number.MAX_VALUE }],
  ])('D6, D7: is refused with %s', (_case, change) => {
    expect(isTimely(claims(change), NOW)).toBe(false);
  });

  test.each([60, 60.2, -10, 0])('D9: with an exp in %s s ends at the first second of its refusal', (fromNow) => {
    const assertion = claims({ exp: NOW + fromNow });
    const end = endOfAssertion(assertion);
    expect([isTimely(assertion, end - 1), isTimely(assertion, end)]).toEqual([true, false]);
  });
});
