import { beforeEach, describe, expect, test } from 'vitest';
import type { FormBrowser, Shown } from '#infra/local/demo/people/form-browser.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { answerIn, CodeRequest, openAs, REDIRECT_URI, refusalIn } from '#test/support/people/code-flow.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { useCodeFlow } from '#test/support/people/use-code-flow.ts';
import type { Credentials } from '#test/support/world/world.ts';

const { mailbox, world, acme, begin } = useCodeFlow();

let application: Credentials;
let browser: FormBrowser;
let email: string;
beforeEach(async () => {
  ({ application, browser, email } = await begin());
});

const request = (changes: Readonly<Record<string, string>> = {}) => new CodeRequest(application.clientId, changes);
const allow = (page: Shown, permission: readonly string[] = ['read:reports']) =>
  browser.submit(page, { decision: 'allow', permission });

async function tokenOf(asked: CodeRequest, shown: Shown): Promise<Record<string, string>> {
  const reply = await asked.redeem(world, application, answerIn(shown));
  expect(reply.status).toBe(200);
  return reply.body as Record<string, string>;
}

describe('a consent', () => {
  test('is asked for once, and not again for what was allowed', async () => {
    await allow(await openAs(browser, request(), { email, mailbox }));
    const again = request();
    const { scope } = await tokenOf(again, await browser.open(again.path));
    expect(scope).toBe('openid read:reports');
  });

  test.each([
    ['learns the address', 'openid email read:reports'],
    ['outlives the login', 'openid offline_access read:reports'],
  ])('M13: is asked for again before the application %s', async (_what, scope) => {
    const { apiId } = acme;
    await world.manage('PATCH', `/v1/apis/${apiId}`, { allowRefreshTokens: true });
    await allow(await openAs(browser, request(), { email, mailbox }));
    expect((await browser.open(request({ scope }).path)).html).toContain('decision');
    expect(refusalIn(await browser.open(request({ scope, prompt: 'none' }).path))).toMatchObject({
      error: 'consent_required',
    });
  });

  test('is refused to the application with access_denied, state and issuer', async () => {
    const page = await openAs(browser, request(), { email, mailbox });
    expect(refusalIn(await browser.submit(page, { decision: 'deny' }))).toEqual({
      error: 'access_denied',
      state: 'xyz',
      iss: world.url,
    });
  });

  test('of the page of one person does not count for another who logged in meanwhile', async () => {
    const page = await openAs(browser, request(), { email, mailbox });
    const other = 'bob@example.com';
    const { id } = (await world.manage('POST', '/v1/users', { email: other })).body as { id: string };
    const member = `/v1/tenants/${acme.tenantId}/members/${id}`;
    await world.manage('PUT', member, { roleIds: [acme.readerRoleId] });
    await logInByCode(browser, await browser.open('/login'), other, mailbox);
    const shown = await allow(page);
    expect([shown.path, shown.leavesTo]).toEqual([page.path, undefined]);
    expect(shown.html).toContain(other);
  });

  test('to an application that has changed its name gives back nothing that was allowed before', async () => {
    const roleIds = [acme.readerRoleId, acme.writerRoleId];
    await world.manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds });
    const both = request({ scope: 'read:reports write:reports' });
    await allow(await openAs(browser, both, { email, mailbox }), ['read:reports', 'write:reports']);
    await world.manage('PATCH', `/v1/applications/${application.clientId}`, { name: 'Another name' });
    const page = await browser.open(request({ scope: 'read:reports' }).path);
    expect(page.html).toContain('Another name');
    await allow(page);
    expect((await browser.open(request({ scope: 'write:reports' }).path)).html).toContain('write:reports');
  });
});

describe('a token of a user', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['the user is disabled', () => world.manage('PATCH', `/v1/users/${acme.userId}`, { status: 'disabled' })],
    [
      'the role is taken away',
      () => world.manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [] }),
    ],
    [
      'the grant for users is deleted',
      () => world.manage('DELETE', `/v1/applications/${application.clientId}/grants/${acme.apiId}?for=user`),
    ],
    ['the person logs out everywhere', async () => browser.submit(await browser.open('/account'), {}, 1)],
  ])('is inactive once %s', async (_what, end) => {
    const asked = request({ scope: 'read:reports' });
    const { access_token: token = '' } = await tokenOf(
      asked,
      await allow(await openAs(browser, asked, { email, mailbox })),
    );
    expect(await introspection(world, token)).toMatchObject({ active: true, sub: acme.userId, scope: 'read:reports' });
    await end();
    expect(await introspection(world, token)).toEqual({ active: false });
    await world.manage('PATCH', `/v1/users/${acme.userId}`, { status: 'active' });
    await world.manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [acme.readerRoleId] });
  });

  test('ends if its code is used twice', async () => {
    const asked = request();
    const left = await allow(await openAs(browser, asked, { email, mailbox }));
    const { access_token: token = '' } = await tokenOf(asked, left);
    expect((await asked.redeem(world, application, answerIn(left))).body).toMatchObject({ error: 'invalid_grant' });
    expect(await introspection(world, token)).toEqual({ active: false });
  });
});

describe('an authorization request', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['without PKCE', { code_challenge: '' }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['for an unknown API', { resource: 'https://api.example.com/unknown' }, 'invalid_target'],
    ['for an unknown scope', { scope: 'openid fly:reports' }, 'invalid_scope'],
    ['that must not ask', { prompt: 'none' }, 'login_required'],
    ['as a message without prompt=none', { response_mode: 'web_message' }, 'invalid_request'],
    ['with a nonce that is too long', { nonce: 'n'.repeat(513) }, 'invalid_request'],
  ])('%s is refused at the redirect URI', async (_what, changes, error) => {
    expect(refusalIn(await browser.open(request(changes).path))).toEqual({ error, state: 'xyz', iss: world.url });
  });

  test.each([
    ['of an unknown application', { client_id: 'cli_0000000000000000000000' }],
    ['with another redirect URI', { redirect_uri: `${REDIRECT_URI}/` }],
    ['with a redirect URI in another case', { redirect_uri: 'https://APP.example.com/callback' }],
    ['without a redirect URI', { redirect_uri: '' }],
  ])('%s is refused on a page of our own', async (_what, changes: Readonly<Record<string, string>>) => {
    const { status, leavesTo } = await browser.open(request(changes).path);
    expect({ status, leavesTo }).toEqual({ status: 400, leavesTo: undefined });
  });
});
