import { SignJWT } from 'jose';
import * as openid from 'openid-client';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { eventsOf, readAuditEvents } from '#test/support/ask/audit-events.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { useCodeFlow } from '#test/support/people/use-code-flow.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const HOME = 'https://app.example.com/goodbye';

const { mailbox, world, acme, begin } = useCodeFlow();
beforeAll(() => allowRefreshTokens(world, acme));

let application: Credentials;
let browser: FormBrowser;
let email: string;
beforeEach(async () => {
  ({ application, browser, email } = await begin({ postLogoutRedirectUris: [HOME, `${HOME}?from=mintmark`] }));
});

type Tokens = Readonly<Record<string, string>>;

/** The tokens of the application after the person of this browser has logged in. */
function logIn(scope = 'openid read:reports', changes: object = {}): Promise<Tokens> {
  const terms = { application, email, mailbox, browser, resource: REPORTS, permissions: ['read:reports'] };
  return tokensByCode(world, { ...terms, scope, ...changes });
}

type Parameters = Readonly<Record<string, string>>;

const open = (parameters: Parameters, from = browser) => from.open(`/oauth/logout?${new URLSearchParams(parameters)}`);

/** What a browser shows: the heading, and where it leaves to. */
function seen({ status, html, leavesTo }: Shown) {
  if (leavesTo !== undefined) return { status, leavesTo };
  return { status, heading: /<h1[^>]*>([^<]*)</.exec(html)?.[1] };
}

const ASKS = { status: 200, heading: 'Log out?' };
const LOGGED_OUT = { status: 200, heading: 'You are logged out' };
const REFUSED = { status: 400, heading: 'We cannot send you back safely' };

const isLoggedIn = async (at = browser) => (await at.open('/account')).path === '/account';

const goodRequest = ({ id_token: hint = '' }: Tokens) => ({
  id_token_hint: hint,
  post_logout_redirect_uri: HOME,
  state: 'a & "b"',
});

test('the metadata name the endpoint, and openid-client builds the request', async () => {
  const execute = [openid.allowInsecureRequests];
  const config = await openid.discovery(new URL(world.url), application.clientId, undefined, openid.None(), {
    execute,
  });
  const { id_token: id_token_hint = '' } = await logIn();
  const url = openid.buildEndSessionUrl(config, { id_token_hint, post_logout_redirect_uri: HOME, state: 'x' });
  expect(seen(await browser.open(url.href.slice(world.url.length)))).toEqual({
    status: 303,
    leavesTo: `${HOME}?state=x`,
  });
});

describe('S13: an application with the ID token of a login', () => {
  test('ends its session and what depends on it without a question, and gets the person back', async () => {
    const tokens = await logIn();
    const access = tokens.access_token ?? '';
    expect([await isLoggedIn(), await isTokenActive(world, access)]).toEqual([true, true]);
    expect(seen(await open(goodRequest(tokens)))).toEqual({
      status: 303,
      leavesTo: `${HOME}?state=a+%26+%22b%22`,
    });
    expect([await isLoggedIn(), await isTokenActive(world, access)]).toEqual([false, false]);
  });

  test('keeps the query of its address, and is left for the last page of ours if it names none', async () => {
    const tokens = await logIn();
    const address = `${HOME}?from=mintmark`;
    expect(seen(await open({ ...goodRequest(tokens), post_logout_redirect_uri: address, state: 'x' }))).toEqual({
      status: 303,
      leavesTo: `${address}&state=x`,
    });
    const { id_token: hint = '' } = await logIn();
    expect([seen(await open({ id_token_hint: hint })), await isLoggedIn()]).toEqual([LOGGED_OUT, false]);
  });

  test('may use one that has expired, and the same one again', async () => {
    const tokens = await logIn();
    world.clock.advance(7_200);
    const leaves = { status: 303, leavesTo: HOME };
    const request = { ...goodRequest(tokens), state: '' };
    expect(await isLoggedIn()).toBe(true);
    expect([seen(await open(request)), await isLoggedIn()]).toEqual([leaves, false]);
    expect(seen(await open(request))).toEqual(leaves);
  });

  test('may use one of a refresh, which names no session, in a browser of the same person', async () => {
    const { refresh_token = '' } = await logIn('openid read:reports offline_access');
    const { body } = await world.post('/oauth/token', application, { grant_type: 'refresh_token', refresh_token });
    const request = goodRequest(body as Tokens);
    const other = new FormBrowser(world.url);
    await world.manage('POST', '/v1/users', { email: 'other@example.com' });
    await logInByCode(other, await other.open('/login'), 'other@example.com', mailbox);
    expect([seen(await open(request, other)), await isLoggedIn(other)]).toEqual([ASKS, true]);
    expect([(await open(request)).status, await isLoggedIn()]).toEqual([303, false]);
  });

  test('may send it by a form of its own site, without the cookie of the session', async () => {
    const tokens = await logIn();
    const stranger = new FormBrowser(world.url);
    const left = await stranger.post('/oauth/logout', new URLSearchParams(goodRequest(tokens)));
    expect([left.status, await isLoggedIn(), await isTokenActive(world, tokens.access_token ?? '')]).toEqual([
      303,
      false,
      false,
    ]);
  });

  test('does not end another session, not even of the same person', async () => {
    const { id_token: hint = '' } = await logIn();
    const other = new FormBrowser(world.url);
    await logInByCode(other, await other.open('/login'), email, mailbox);
    expect([seen(await open({ id_token_hint: hint }, other)), await isLoggedIn(other), await isLoggedIn()]).toEqual([
      ASKS,
      true,
      true,
    ]);
  });

  test('leaves the event of the end in the audit log', async () => {
    const tokens = await logIn();
    await open(goodRequest(tokens));
    const pages = await readAuditEvents(world, { limit: '100' });
    const ended = eventsOf(pages)
      .filter(({ type }) => type === 'session.ended')
      .map(({ outcome, ...event }) => [outcome, (event as { target?: unknown }).target]);
    const target = { userId: acme.userId, sessionId: expect.stringMatching(/^ses_/) };
    expect(ended.slice(0, 2)).toEqual([
      ['succeeded', target],
      ['attempted', target],
    ]);
  });
});

describe('S13: without a valid ID token', () => {
  const wrongHints: readonly (readonly [string, (tokens: Tokens) => string | Promise<string>])[] = [
    ['none', () => ''],
    ['a text', () => 'not a token'],
    ['the access token', ({ access_token: token = '' }) => token],
    ['one with another signature', ({ id_token: token = '' }) => `${token.slice(0, -8)}AAAAAAAA`],
    [
      'one without a signature',
      ({ id_token: token = '' }) => {
        const [, payload = ''] = token.split('.');
        return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
      },
    ],
    [
      'one that the application signed with its secret',
      ({ id_token: token = '' }) =>
        new SignJWT(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
          .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
          .sign(Buffer.from(application.clientSecret)),
    ],
  ];

  test.each(wrongHints)('the person is asked: %s', async (_what, hintOf) => {
    const tokens = await logIn();
    const hint = { id_token_hint: await hintOf(tokens), client_id: application.clientId };
    const page = await open({ ...goodRequest(tokens), ...hint });
    expect([seen(page), await isLoggedIn()]).toEqual([ASKS, true]);
    expect(seen(await browser.submit(page, {}))).toEqual({ status: 200, leavesTo: `${HOME}?state=a+%26+%22b%22` });
    expect(await isLoggedIn()).toBe(false);
  });

  test('the person is asked where the ID token is of another application', async () => {
    const tokens = await logIn();
    const other = await newThirdParty(world, acme.apiId, { postLogoutRedirectUris: ['https://other.example.com/'] });
    const asked = { client_id: other.clientId, post_logout_redirect_uri: 'https://other.example.com/' };
    expect(seen(await open({ ...goodRequest(tokens), ...asked }))).toEqual(ASKS);
    expect(await isLoggedIn()).toBe(true);
  });

  test('the person is asked where the application is no longer active', async () => {
    const { id_token: hint = '' } = await logIn();
    await world.manage('PATCH', `/v1/applications/${application.clientId}`, { status: 'disabled' });
    expect([seen(await open({ id_token_hint: hint })), await isLoggedIn()]).toEqual([ASKS, true]);
  });

  test('a form of another site is asked again by a link, which brings the cookie', async () => {
    await logIn();
    const asked = { client_id: application.clientId, post_logout_redirect_uri: HOME };
    const page = await browser.post('/oauth/logout', new URLSearchParams(asked));
    expect([seen(page), page.path, await isLoggedIn()]).toEqual([
      ASKS,
      `/oauth/logout?${new URLSearchParams(asked)}`,
      true,
    ]);
  });

  test('M13: the answer to the question counts only from our page in this browser', async () => {
    await logIn();
    const forged = new URLSearchParams({ client_id: application.clientId, post_logout_redirect_uri: HOME });
    expect((await browser.post('/logout', forged)).status).toBe(403);
    const strangers = await begin({ postLogoutRedirectUris: [HOME] });
    const attacker = strangers.browser;
    await logInByCode(attacker, await attacker.open('/login'), email, mailbox);
    const csrf = /name="csrf" value="([^"]*)"/.exec((await open({}, attacker)).html)?.[1] ?? '';
    expect((await browser.post('/logout', new URLSearchParams({ csrf }))).status).toBe(403);
    expect(await isLoggedIn()).toBe(true);
  });

  test('who is not logged in goes on at once', async () => {
    const asked = { client_id: application.clientId, post_logout_redirect_uri: HOME };
    expect([seen(await open(asked)), seen(await open({}))]).toEqual([{ status: 303, leavesTo: HOME }, LOGGED_OUT]);
  });
});

describe('S6: nobody is sent to an address that the application has not registered', () => {
  test.each([
    `${HOME}/`,
    `${HOME}/deeper`,
    `${HOME}?x=1`,
    `${HOME}#x`,
    'https://app.example.com',
    'https://app.example.com:443/goodbye',
    'https://APP.example.com/goodbye',
    'https://app.example.com@evil.example.com/goodbye',
    'https://app.example.com.evil.example.com/goodbye',
    'http://app.example.com/goodbye',
    '//evil.example.com',
    String.raw`\\evil.example.com`,
    '/account',
    'javascript:alert(1)',
    'https://app.example.com/callback',
  ])('%s, and nothing ends', async (address) => {
    const tokens = await logIn();
    const request = { ...goodRequest(tokens), post_logout_redirect_uri: address };
    expect([seen(await open(request)), await isLoggedIn()]).toEqual([REFUSED, true]);
    const form = await browser.post('/oauth/logout', new URLSearchParams(request));
    expect([seen(form), await isLoggedIn()]).toEqual([REFUSED, true]);
  });

  test.each([
    ['no application', {}],
    ['an unknown application', { client_id: 'cli_0000000000000000000000' }],
    ['a text', { client_id: 'x' }],
  ])('with %s', async (_what, asked) => {
    await logIn();
    expect(seen(await open({ ...asked, post_logout_redirect_uri: HOME }))).toEqual(REFUSED);
  });

  test('also where the address of the page that asks was changed', async () => {
    await logIn();
    const page = await open({ client_id: application.clientId, post_logout_redirect_uri: HOME });
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
    const changed = { csrf, client_id: application.clientId, post_logout_redirect_uri: 'https://evil.example.com/' };
    expect(seen(await browser.post('/logout', new URLSearchParams(changed)))).toEqual(LOGGED_OUT);
  });

  test('a loopback address counts with its port', async () => {
    const loopback = 'http://localhost:3000/goodbye';
    application = await newThirdParty(world, acme.apiId, { postLogoutRedirectUris: [loopback] });
    const asked = (uri: string) => open({ client_id: application.clientId, post_logout_redirect_uri: uri });
    expect([seen(await asked(loopback)), seen(await asked('http://localhost:3001/goodbye'))]).toEqual([
      { status: 303, leavesTo: loopback },
      REFUSED,
    ]);
  });
});
