import { describe, expect, test } from 'vitest';
import { assertRedirectUris, isRedirectUri } from '#shared/domain/registration/redirect-uris.ts';

describe('a redirect URI', () => {
  test.each([
    'https://app.example.com',
    'https://app.example.com/callback?from=mintmark',
    'https://app.example.com:8443/a%20b/(c);d=1',
    'http://localhost:3000/callback',
    'http://127.0.0.1/',
    'http://[::1]:8080/callback',
    'com.example.app:/callback',
    'com.example.my-app://callback',
  ])('is accepted: %s', (uri) => {
    expect(isRedirectUri(uri)).toBe(true);
  });

  test.each([
    ['http beyond this machine', 'http://app.example.com/callback'],
    ['http to a host that only begins like this machine', 'http://localhost.example.com/'],
    ['another spelling of this machine', 'http://127.1/'],
    ['a fragment', 'https://app.example.com/#callback'],
    ['an empty fragment', 'https://app.example.com/#'],
    ['a wildcard for hosts', 'https://*.example.com/callback'],
    ['a wildcard for paths', 'https://app.example.com/*'],
    ['a user', 'https://ada:secret@app.example.com/'],
    ['a host that looks like a user', 'https://app.example.com@evil.example.com/'],
    ['a backslash', 'https://evil.example.com\\@app.example.com/'],
    ['a host in capitals', 'https://APP.example.com/'],
    ['an escaped slash in its host', 'https://evil.example.com%2f.example.com/'],
    ['a broken escape', 'https://app.example.com/%zz'],
    ['no host', 'https:///callback'],
    ['one slash', 'https:/app.example.com'],
    ['no scheme', '//app.example.com/callback'],
    ['a path only', '/callback'],
    ['a space', 'https://app.example.com/call back'],
    ['a line break', 'https://app.example.com/\ncallback'],
    ['a character that is not ASCII', 'https://äpp.example.com/'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,hello'],
    ['a scheme without a dot', 'myapp:/callback'],
    ['a scheme that ends in a dot', 'myapp.:/callback'],
    ['no characters', ''],
  ])('is refused with %s', (_what, uri) => {
    expect(isRedirectUri(uri)).toBe(false);
  });
});

describe('a list of redirect URIs', () => {
  test('may be empty', () => {
    expect(() => assertRedirectUris([])).not.toThrow();
  });

  test('is refused with an error that names the place of the first invalid URI', () => {
    const uris = ['https://app.example.com', 'myapp:/callback', '/callback'];
    expect(() => assertRedirectUris(uris)).toThrow(
      expect.objectContaining({ code: 'invalid_request', field: 'redirectUris[1]' }),
    );
  });
});
