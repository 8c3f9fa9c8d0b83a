import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import type { Manage } from '#test/support/arrange/manage.ts';
import { allowRefreshTokens, changeRefreshTokens, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { addressOf, newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, type Credentials, REPORTS, type Reply } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme: Acme = useAcme(world);
const manage: Manage = (method, path, body) => world.manage(method, path, body);
const ada = prepared(async () => ({ email: await addressOf(world, acme.userId) }));

let application: Credentials;
beforeEach(async () => {
  // An address gets ten codes an hour.
  world.clock.advance(3_600);
  await allowRefreshTokens(world, acme);
  application = await newThirdParty(world, acme.apiId);
});

/** The tokens of a login with consent to everything. */
async function logIn(
  scope = 'openid email offline_access read:reports',
  browser = new FormBrowser(world.url),
): Promise<Readonly<Record<string, string>>> {
  const permissions = ['read:reports'];
  return tokensByCode(world, { application, ...ada, mailbox, scope, resource: REPORTS, permissions, browser });
}

const refused = oauthError(400, 'invalid_grant');
const use = (token = '', parameters = {}) => refresh(world, application, token, parameters);
const tokensIn = ({ body }: Reply) => body as Readonly<Record<string, string>>;

describe('a refresh token of a user', () => {
  test('Auth0 21: exists only with offline_access, and where the API allows it', async () => {
    expect(await logIn('openid read:reports')).not.toHaveProperty('refresh_token');
    expect(await logIn()).toHaveProperty('refresh_token');
    await allowRefreshTokens(world, acme, false);
    const tokens = await logIn();
    expect([tokens.refresh_token, tokens.scope]).toEqual([undefined, 'openid email read:reports']);
  });

  test('N1, Auth0 21: ends with all its successors once an old one is used again', async () => {
    const { refresh_token: first } = await logIn();
    const second = tokensIn(await use(first)).refresh_token;
    const third = tokensIn(await use(second)).refresh_token;
    world.clock.advance(60);
    expect(seen(await use(first))).toEqual(refused);
    expect(seen(await use(third))).toEqual(refused);
  });

  test('Auth0 21: ends with the grant of the application for users', async () => {
    const { refresh_token: token } = await logIn();
    await manage('DELETE', `/v1/applications/${application.clientId}/grants/${acme.apiId}?for=user`);
    expect(seen(await use(token))).toEqual(refused);
  });

  test('Auth0 21: ends once the person ends the consent', async () => {
    const browser = new FormBrowser(world.url);
    const { refresh_token: token = '' } = await logIn(undefined, browser);
    expect(await isTokenActive(world, token)).toBe(true);
    await browser.press(await browser.open('/account'), '/account/consents/');
    expect([seen(await use(token)), await isTokenActive(world, token)]).toEqual([refused, false]);
  });

  test('is refused once its API gives no refresh tokens any more', async () => {
    const { refresh_token: token = '' } = await logIn();
    await allowRefreshTokens(world, acme, false);
    expect(seen(await use(token))).toEqual(refused);
    expect(await isTokenActive(world, token)).toBe(false);
  });

  test('N2: is refused to another application', async () => {
    const { refresh_token: token = '' } = await logIn();
    const other = await newThirdParty(world, acme.apiId);
    expect(seen(await refresh(world, other, token))).toEqual(refused);
    expect((await use(token)).status).toBe(200);
  });

  test('N3: may name less than was granted, and never more', async () => {
    const { refresh_token: token } = await logIn('openid offline_access read:reports');
    for (const scope of ['openid email', 'openid write:reports', 'openid  read:reports']) {
      expect(seen(await use(token, { scope }))).toEqual(oauthError(400, 'invalid_scope'));
    }
    const narrow = tokensIn(await use(token, { scope: 'read:reports' }));
    expect([narrow.scope, narrow.id_token]).toEqual(['read:reports', undefined]);
    const whole = tokensIn(await use(narrow.refresh_token));
    expect(whole.scope).toBe('openid read:reports offline_access');
  });

  test('comes with a new ID token about the same login, without nonce and session (OpenID Connect Core §12.2)', async () => {
    const { refresh_token: token, id_token: before = '' } = await logIn();
    world.clock.advance(60);
    const { id_token: after = '' } = tokensIn(await use(token));
    const { sid: _sid, iat = 0, exp = 0, ...same } = decodeJwt(before);
    expect(decodeJwt(after)).toEqual({ ...same, iat: iat + 60, exp: exp + 60 });
  });

  test('ends the oldest of the user at the application, beyond the number of the settings', async () => {
    await changeRefreshTokens(world, { maxLivePerClient: 2 });
    const [first, second, third] = [await logIn(), await logIn('offline_access read:reports'), await logIn()];
    const left = [first, second, third].map(({ refresh_token: token = '' }) => isTokenActive(world, token));
    expect(await Promise.all(left)).toEqual([false, true, true]);
    await changeRefreshTokens(world, { maxLivePerClient: 100 });
  });
});
