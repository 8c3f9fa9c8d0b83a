import { describe, expect, test } from 'vitest';
import { presentedClient, presentedGrant } from '#shared/http/caller/presented-client.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { incoming } from '#test/support/ports/incoming.ts';

const CLIENT_ID = 'cli_0AaBbCcDdEeFfGgHhIiJjK';
const headers = { authorization: `Basic ${btoa(`${CLIENT_ID}:wrong`)}` };
const bySecret = { by: 'secret', readings: [{ clientId: CLIENT_ID, secret: 'wrong' }] };

describe('the credential of a request', () => {
  test.each([
    ['a grant of another type', { grant_type: 'client_credentials', assertion: 'a.b.c' }],
    ['a request without a grant', { token: 'x', assertion: 'a.b.c' }],
  ])('R1: is counted for its own client beside the assertion of %s', (_kind, members) => {
    expect(presentedGrant(incoming({ headers, members }))).toEqual(bySecret);
    expect(presentedClient(incoming({ headers, members }))).toEqual(bySecret);
  });

  test('B10: is refused beside an assertion that is the grant', () => {
    const members = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'a.b.c' };
    expect(verdict(() => presentedGrant(incoming({ headers, members })))).toBe('invalid_request');
  });
});
