import { type AccessToken, ClientCredentials } from 'simple-oauth2';
import { beforeAll, describe, expect, test } from 'vitest';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
beforeAll(() => allowRefreshTokens(world, acme));

type Options = NonNullable<ConstructorParameters<typeof ClientCredentials>[0]['options']>;

/** The library with its defaults, as its documentation shows it, but for these options and this secret. */
function client(options: Options = {}, { clientId: id, clientSecret: secret = '' } = acme.tenantToken) {
  return new ClientCredentials({ client: { id, secret }, auth: { tokenHost: world.url }, options });
}

const offline = () => client().getToken({ audience: REPORTS, scope: 'read:reports offline_access' });

const isActive = ({ token }: AccessToken) => isTokenActive(world, String(token.access_token), acme.tenantToken);

const refusal = (status: number, error: string) => ({
  output: { statusCode: status },
  data: { payload: { error, error_description: expect.any(String) } },
});

describe('Sound 28: simple-oauth2', () => {
  test.each([
    ['header', 'form'],
    ['header', 'json'],
    ['body', 'form'],
    ['body', 'json'],
  ] as const)(
    'Sound 28: gets a token with credentials in the %s and a body as %s',
    async (authorizationMethod, bodyFormat) => {
      const got = await client({ authorizationMethod, bodyFormat }).getToken({ audience: REPORTS });
      expect(got.token).toEqual({
        access_token: expect.stringMatching(/^eyJ/),
        token_type: 'Bearer',
        expires_in: 3_600,
        expires_at: expect.any(Date),
        scope: 'read:reports write:reports',
      });
      expect([got.expired(), got.expired(3_601)]).toEqual([false, true]);
      expect(await isActive(got)).toBe(true);
    },
  );

  test.each([['as text', 'read:reports'] as const, ['as a list', ['read:reports']] as const])(
    'Sound 28: gets a token for a scope %s',
    async (_how, scope) => {
      const { token } = await client().getToken({ audience: REPORTS, scope });
      expect(token.scope).toBe('read:reports');
    },
  );

  test('Sound 28: refreshes a token that it kept as JSON, also for a part of its scope', async () => {
    const kept = client().createToken(JSON.parse(JSON.stringify(await offline())));
    const second = await kept.refresh();
    expect(second.token.scope).toBe('read:reports offline_access');
    expect(second.token.refresh_token).not.toBe(kept.token.refresh_token);
    const third = await second.refresh({ scope: 'read:reports' });
    expect(third.token.scope).toBe('read:reports');
    expect(await isActive(third)).toBe(true);
  });

  test('Sound 28: revokes an access token, and can refresh after that', async () => {
    const got = await offline();
    await got.revoke('access_token');
    expect(await isActive(got)).toBe(false);
    expect(await isActive(await got.refresh())).toBe(true);
  });

  test('Sound 28: revokes a refresh token, with the access tokens that came from it', async () => {
    const got = await offline();
    await got.revoke('refresh_token');
    expect(await isActive(got)).toBe(false);
    await expect(got.refresh()).rejects.toMatchObject(refusal(400, 'invalid_grant'));
  });

  test('Sound 28: revokes both, and again', async () => {
    const got = await offline();
    await got.revokeAll();
    await got.revokeAll();
    expect(await isActive(got)).toBe(false);
    await expect(got.refresh()).rejects.toMatchObject(refusal(400, 'invalid_grant'));
  });

  test('Sound 28: hears why it gets no token', async () => {
    const wrong = client({}, { ...acme.tenantToken, clientSecret: `${acme.tenantToken.clientSecret}x` });
    await expect(wrong.getToken({ audience: REPORTS })).rejects.toMatchObject(refusal(401, 'invalid_client'));
    const beyond = client().getToken({ audience: REPORTS, scope: 'delete:reports' });
    await expect(beyond).rejects.toMatchObject(refusal(400, 'invalid_scope'));
  });
});
