import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { ask, newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const manage = useManage(world);
beforeAll(() => allowRefreshTokens(world, acme));

let application: Credentials;
let userId: string;
let email: string;
beforeEach(async () => {
  application = await newThirdParty(world, acme.apiId);
  email = `${application.clientId.toLowerCase()}@example.com`;
  userId = (await succeed(manage('POST', '/v1/users', { email }))).id;
  await join();
});

const membership = () => `/v1/tenants/${acme.tenantId}/members/${userId}`;
const join = () => succeed(manage('PUT', membership(), { roleIds: [acme.readerRoleId] }));

async function refreshToken(terms: { scope: string; resource?: string; permissions?: readonly string[] }) {
  const { refresh_token: token = '' } = await tokensByCode(world, { application, email, mailbox, ...terms });
  return token;
}

const readingReports = {
  scope: 'openid email read:reports offline_access',
  resource: REPORTS,
  permissions: ['read:reports'],
};

const introspect = (token: string) => ask(`${world.url}/oauth/introspect`, application, { token });

/** Ends the only consent of the user. */
async function withdraw(): Promise<void> {
  const path = `/v1/users/${userId}/consents`;
  const { items } = await succeed<{ items: { id: string }[] }>(manage('GET', path));
  await succeed(manage('DELETE', `${path}/${items[0]?.id}`));
}

describe("introspection of a user's refresh token", () => {
  test('names the user, the tenant, the permissions and the scopes about the person', async () => {
    const issuedAt = world.clock.nowSeconds();
    expect(await introspect(await refreshToken(readingReports))).toEqual({
      active: true,
      iss: world.url,
      sub: userId,
      aud: REPORTS,
      exp: expect.any(Number),
      iat: issuedAt,
      nbf: issuedAt,
      jti: expect.stringMatching(/^fam_/),
      client_id: application.clientId,
      tenant_id: acme.tenantId,
      scope: 'openid email read:reports',
    });
  });

  test('finds the token active that only tells who the person is', async () => {
    const token = await refreshToken({ scope: 'openid email offline_access' });
    expect(await introspect(token)).toMatchObject({
      active: true,
      sub: userId,
      aud: `${world.url}/oauth/userinfo`,
      scope: 'openid email',
    });
  });

  test.each([
    ['the consent ended', withdraw],
    ['the membership ended', () => succeed(manage('DELETE', membership()))],
    [
      'the user left the tenant and came back',
      async () => {
        await succeed(manage('DELETE', membership()));
        await join();
      },
    ],
    ['the user was disabled', () => succeed(manage('PATCH', `/v1/users/${userId}`, { status: 'disabled' }))],
    ['the user was deleted', () => succeed(manage('DELETE', `/v1/users/${userId}`))],
  ])('finds it inactive after %s', async (_what, end) => {
    const token = await refreshToken(readingReports);
    expect(await introspect(token)).toMatchObject({ active: true, sub: userId });
    await end();
    expect(await introspect(token)).toEqual({ active: false });
  });

  test('names no permission any more after the client grant ended', async () => {
    const token = await refreshToken(readingReports);
    const path = `/v1/applications/${application.clientId}/grants/${acme.apiId}?for=user`;
    await succeed(manage('DELETE', path));
    expect(await introspect(token)).toMatchObject({ active: true, scope: 'openid email' });
  });
});
