import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { answerIn, CodeRequest, newThirdParty, openAs, tokensByCode } from '#test/support/people/code-flow.ts';
import { useCodeFlow } from '#test/support/people/use-code-flow.ts';
import { opened } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const { mailbox, world, acme, begin } = useCodeFlow({ onReply: assertConforms });
const manage = (method: string, path: string, body?: object) => world.manage(method, path, body);
const guarded = opened(() => startGuardedApi(world, { mode: 'online' }));
beforeAll(() => allowRefreshTokens(world, acme));

let application: Credentials;
let browser: FormBrowser;
let email: string;
beforeEach(async () => {
  ({ application, browser, email } = await begin({ name: 'Report Mailer' }));
});

interface GivenTokens {
  readonly token: string;
  readonly refreshToken: string;
}

/** The tokens that an application gets after the person allowed it to read reports. */
async function allowReports(scope = 'openid read:reports offline_access'): Promise<GivenTokens> {
  const terms = { application, email, mailbox, browser, permissions: ['read:reports'] };
  const tokens = await tokensByCode(world, { ...terms, scope, resource: REPORTS });
  return { token: tokens.access_token ?? '', refreshToken: tokens.refresh_token ?? '' };
}

const consentsOf = async (userId = acme.userId) =>
  (await succeed<{ items: { id: string; clientId: string }[] }>(manage('GET', `/v1/users/${userId}/consents`))).items;

async function ownConsentId(): Promise<string> {
  const consent = (await consentsOf()).find(({ clientId }) => clientId === application.clientId);
  return consent?.id ?? '';
}

const refresh = (refreshToken: string) =>
  world.post('/oauth/token', application, { grant_type: 'refresh_token', refresh_token: refreshToken });

/** Presses the button that withdraws the newest consent on the account page. */
async function pressWithdraw(page: Shown): Promise<Shown> {
  const forms = [...page.html.matchAll(/<form[^>]*action="([^"]*)"/g)].map(([, action = '']) => action);
  return browser.submit(
    page,
    {},
    forms.findIndex((action) => action.startsWith('/account/consents/')),
  );
}

describe('the account page', () => {
  test('names application, API, tenant, permissions and the day of a consent, and ends it', async () => {
    await allowReports();
    const page = await browser.open('/account');
    const day = new Date(world.clock.nowSeconds() * 1_000).toISOString().slice(0, 10);
    for (const text of ['Report Mailer', 'read:reports', `datetime="${day}`, 'Withdraw'])
      expect(page.html).toContain(text);
    const after = await pressWithdraw(page);
    expect({ path: after.path, isListed: after.html.includes('Report Mailer') }).toEqual({
      path: '/account',
      isListed: false,
    });
  });

  test('M13: ends no consent for a form of another site, or of another person', async () => {
    await allowReports();
    const path = `/account/consents/${await ownConsentId()}/end`;
    expect((await browser.post(path, new URLSearchParams())).status).toBe(403);
    const stranger = new FormBrowser(world.url);
    const strangersEmail = `stranger${world.clock.nowSeconds()}@example.com`;
    await succeed(manage('POST', '/v1/users', { email: strangersEmail }));
    const codePage = await stranger.submit(await stranger.open('/login'), { email: strangersEmail });
    const account = await stranger.submit(codePage, { code: mailbox.codeFor(strangersEmail) });
    const csrf = /name="csrf" value="([^"]*)"/.exec(account.html)?.[1] ?? '';
    expect((await stranger.post(path, new URLSearchParams({ csrf }))).status).toBe(404);
    expect(await ownConsentId()).not.toBe('');
  });
});

describe('N8: the end of a consent', () => {
  test('ends its access tokens, its refresh tokens and its visits at a protected API at once', async () => {
    const { token, refreshToken } = await allowReports();
    const visit = async () => (await guarded.visit('GET', '/rest/reports', `Bearer ${token}`)).status;
    expect([(await introspection(world, token)).active, await visit()]).toEqual([true, 200]);
    await succeed(manage('DELETE', `/v1/users/${acme.userId}/consents/${await ownConsentId()}`));
    expect(await introspection(world, token)).toEqual({ active: false });
    expect(await introspection(world, refreshToken)).toEqual({ active: false });
    expect(await visit()).toBe(401);
    expect((await refresh(refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  test('ends the code that was not traded yet', async () => {
    const request = new CodeRequest(application.clientId);
    const page = await openAs(browser, request, { email, mailbox });
    const left = await browser.submit(page, { decision: 'allow', permission: ['read:reports'] });
    await succeed(manage('DELETE', `/v1/users/${acme.userId}/consents/${await ownConsentId()}`));
    const { body } = await request.redeem(world, application, answerIn(left));
    expect(body).toMatchObject({ error: 'invalid_grant' });
  });

  test('asks the person again, and a new consent gives nothing back to what the old one ended', async () => {
    const { token, refreshToken } = await allowReports();
    await succeed(manage('DELETE', `/v1/users/${acme.userId}/consents/${await ownConsentId()}`));
    const again = await browser.open(new CodeRequest(application.clientId).path);
    await browser.submit(again, { decision: 'allow', permission: ['read:reports'] });
    expect(await ownConsentId()).not.toBe('');
    expect(await introspection(world, token)).toEqual({ active: false });
    expect((await refresh(refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  test('leaves what other applications have', async () => {
    const { token } = await allowReports();
    application = await newThirdParty(world, acme.apiId);
    await allowReports();
    await succeed(manage('DELETE', `/v1/users/${acme.userId}/consents/${await ownConsentId()}`));
    expect(await introspection(world, token)).toMatchObject({ active: true });
  });

  test('also ends the tokens of an application that need not have asked', async () => {
    const { apiId } = acme;
    await succeed(manage('PATCH', `/v1/apis/${apiId}`, { skipConsent: true }));
    application = await newThirdParty(world, apiId, { party: 'first' });
    const request = new CodeRequest(application.clientId, { prompt: 'consent', scope: 'openid read:reports' });
    const page = await openAs(browser, request, { email, mailbox });
    const left = await browser.submit(page, { decision: 'allow', permission: ['read:reports'] });
    const { body } = await request.redeem(world, application, answerIn(left));
    const { access_token: token = '' } = body as Record<string, string>;
    expect(await introspection(world, token)).toMatchObject({ active: true, scope: 'openid read:reports' });
    await succeed(manage('DELETE', `/v1/users/${acme.userId}/consents/${await ownConsentId()}`));
    expect(await introspection(world, token)).toEqual({ active: false });
    await succeed(manage('PATCH', `/v1/apis/${apiId}`, { skipConsent: false }));
  });
});

describe('a user at the management API', () => {
  test('sees the own consents, and ends one, also the one by which the caller acts', async () => {
    const { userId, clientId, consentId, token } = await ownAccount(world);
    const application = await succeed<{ name: string }>(manage('GET', `/v1/applications/${clientId}`));
    const consent = {
      id: consentId,
      userId,
      clientId,
      applicationName: application.name,
      api: `${world.url}/v1/`,
      permissions: expect.arrayContaining(['read:me', 'write:me']),
      scopes: [],
      createdAt: '1970-01-01T00:00:00.000Z',
      version: 1,
    };
    expect((await world.manage('GET', '/v1/me/consents', undefined, token)).body).toEqual({ items: [consent] });
    expect(await consentsOf(userId)).toEqual([consent]);
    expect((await world.manage('DELETE', `/v1/me/consents/${consentId}`, undefined, token)).status).toBe(204);
    expect(seen(await world.manage('GET', '/v1/me/consents', undefined, token))).toEqual(problem(401, 'invalid_token'));
    expect(await consentsOf(userId)).toEqual([]);
  });

  test.each([
    ['the consent of another user', async () => (await ownAccount(world)).consentId],
    ['a consent that was never given', async () => 'con_2Vq0mTzXwYbH8KdR5nCs1E'],
  ])('does not find %s', async (_what, consentIdOf) => {
    const { token } = await ownAccount(world);
    const reply = await world.manage('DELETE', `/v1/me/consents/${await consentIdOf()}`, undefined, token);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
  });

  test('ends no consent with a token that may only read', async () => {
    const { consentId, token } = await ownAccount(world, { scope: 'read:me' });
    const reply = await world.manage('DELETE', `/v1/me/consents/${consentId}`, undefined, token);
    expect(seen(reply)).toEqual(problem(403, 'insufficient_scope'));
  });

  test('does not see consents to what was deleted', async () => {
    const { userId, clientId, token } = await ownAccount(world);
    await succeed(manage('DELETE', `/v1/applications/${clientId}`));
    expect(await consentsOf(userId)).toEqual([]);
    expect((await world.manage('GET', '/v1/me/consents', undefined, token)).status).toBe(401);
  });
});

test('the end of a consent is in the audit log, with who ended whose', async () => {
  const { userId, clientId, consentId, token } = await ownAccount(world);
  await world.manage('DELETE', `/v1/me/consents/${consentId}`, undefined, token);
  const { items } = await succeed<{ items: { outcome: string }[] }>(
    manage('GET', `/v1/audit-events?type=consent.ended&clientId=${clientId}`),
  );
  expect(items.map(({ outcome }) => outcome)).toEqual(['succeeded', 'attempted']);
  expect(items[0]).toMatchObject({ actor: { clientId, subject: userId }, target: { consentId } });
});

test('a consent of a user who does not exist is not found', async () => {
  const replies = [
    manage('GET', '/v1/users/usr_nobody/consents'),
    manage('DELETE', '/v1/users/usr_nobody/consents/con_2Vq0mTzXwYbH8KdR5nCs1E'),
  ];
  expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([404, 404]);
});
