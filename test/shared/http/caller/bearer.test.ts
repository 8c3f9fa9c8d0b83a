import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presentedToken, readAccessToken } from '#shared/http/caller/bearer.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { anyText } from '#test/support/forge/arbitrary-text.ts';
import { incoming } from '#test/support/ports/incoming.ts';

const RUNS = { numRuns: 3_000 };

/** RFC 6750 §2.1: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=". */
const SYMBOLS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/'];

const b64token = fc
  .tuple(fc.array(fc.constantFrom(...SYMBOLS), { minLength: 1, maxLength: 60 }), fc.constantFrom('', '=', '=='))
  .map(([symbols, padding]) => symbols.join('') + padding);

const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'bEaReR', 'DPoP', 'dpop', 'DPOP');

/** Values that are nearly a bearer token. */
const nearToken = fc
  .tuple(
    scheme,
    fc.constantFrom(' ', '', '  ', '\t', '=', ','),
    fc.oneof(anyText, b64token),
    fc.constantFrom('', ' ', ',x', ' x'),
  )
  .map((parts) => parts.join(''));

describe('presentedToken', () => {
  test('P6, E9: finds every token, in any case of the scheme and after any number of spaces', () => {
    fc.assert(
      fc.property(scheme, fc.integer({ min: 1, max: 4 }), b64token, (name, spaces, token) => {
        const found = { scheme: name.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', value: token };
        expect(presentedToken(name + ' '.repeat(spaces) + token)).toEqual(found);
      }),
      RUNS,
    );
  });

  test('P6: finds in other values at most a well-formed token', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearToken), (value) => {
        const token = presentedToken(value)?.value;
        if (token === undefined) return;
        expect(token).toMatch(/^[A-Za-z0-9\-._~+/]+=*$/);
        expect(value.toLowerCase().replace(/^(?:bearer|dpop) +/, '')).toBe(token.toLowerCase());
      }),
      RUNS,
    );
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer\ta.b.c',
    'Basic a.b.c',
    'a.b.c',
    'Bearer a b',
    'Bearer a,Bearer b',
    'Bearer a=b',
    'Bearer =',
    'Bearer é',
    ' Bearer a',
    'Bearer a\n',
    'Bearera',
    'DPoP',
    'DPoP a,DPoP b',
    'DPoPa',
  ])('P6: finds nothing in %j', (value) => {
    expect(presentedToken(value)).toBeUndefined();
  });
});

describe('readAccessToken', () => {
  test('reads the token of the Authorization header', () => {
    expect(readAccessToken(incoming({ headers: { authorization: 'Bearer a.b.c' } }))).toEqual({
      scheme: 'Bearer',
      value: 'a.b.c',
    });
  });

  test.each([
    ['no header', {}, 'unauthenticated'],
    ['another scheme', { authorization: 'Basic aTpz' }, 'unauthenticated'],
    ['a scheme that only begins like it', { authorization: 'Bearertoken a' }, 'unauthenticated'],
    ['the scheme alone', { authorization: 'Bearer' }, 'invalid_token'],
    ['two tokens', { authorization: 'Bearer a b' }, 'invalid_token'],
    ['a malformed token', { authorization: 'Bearer é' }, 'invalid_token'],
  ] as const)('P1: answers %s (%j) with %s', (_what, headers, expected) => {
    expect(verdict(() => readAccessToken(incoming({ headers })))).toBe(expected);
  });

  test('P2: refuses a second token in the query', () => {
    const request = { headers: { authorization: 'Bearer a.b.c' }, query: { access_token: 'a.b.c' } };
    expect(verdict(() => readAccessToken(incoming(request)))).toBe('invalid_request');
  });

  test('P5: ignores a token in the query', () => {
    expect(verdict(() => readAccessToken(incoming({ query: { access_token: 'a.b.c' } })))).toBe('unauthenticated');
  });

  test('reads any header, or refuses it with unauthenticated or invalid_token', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearToken), (authorization) => {
        const answer = verdict(() => readAccessToken(incoming({ headers: { authorization } })));
        expect(['accepted', 'unauthenticated', 'invalid_token']).toContain(answer);
      }),
      RUNS,
    );
  });
});
