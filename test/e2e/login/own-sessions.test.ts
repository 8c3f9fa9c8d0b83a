import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { ownAccount, ownSession } from '#test/support/arrange/own-account.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { answerIn, CodeRequest, newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox }, onReply: assertConforms });

const MINUTE_SECONDS = 60;

interface ShownSession {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly lastSeenAt: string;
}

let application: Credentials;
let email: string;
let serial = 0;
beforeEach(async () => {
  serial += 1;
  email = `ada${serial}@example.com`;
  await succeed(world.manage('POST', '/v1/users', { email }));
  application = await newThirdParty(world, SYSTEM_API_ID);
});

/** A management token that a person's browser obtained: it depends on the session of the browser. */
async function tokenIn(browser: FormBrowser): Promise<string> {
  const terms = { application, email, mailbox, browser, resource: `${world.url}/v1/` };
  const permissions = ['read:me', 'write:me'];
  const { access_token: token = '' } = await tokensByCode(world, {
    ...terms,
    scope: permissions.join(' '),
    permissions,
  });
  return token;
}

const logIn = async (browser: FormBrowser) => logInByCode(browser, await browser.open('/login'), email, mailbox);

const sessionsOf = async (token: string) =>
  (await succeed<{ items: ShownSession[] }>(world.manage('GET', '/v1/me/sessions', undefined, token))).items;

const end = (token: string, id: string) => world.manage('DELETE', `/v1/me/sessions/${id}`, undefined, token);

const isLoggedIn = async (browser: FormBrowser) => (await browser.open('/account')).path === '/account';

describe('S4: the sessions of a person', () => {
  test('are listed with how, when and from where the person logged in, and say which one is used', async () => {
    const browser = new FormBrowser(world.url);
    const token = await tokenIn(browser);
    world.clock.advance(1);
    await logIn(new FormBrowser(world.url));
    const at = (secondsAgo: number) => new Date((world.clock.nowSeconds() - secondsAgo) * 1_000).toISOString();
    const login = (secondsAgo: number, isCurrent: boolean) => ({
      id: expect.stringMatching(/^ses_/),
      isCurrent,
      methods: ['otp'],
      source: '127.0.0.1',
      userAgent: 'node',
      startedAt: at(secondsAgo),
      authenticatedAt: at(secondsAgo),
      lastSeenAt: at(secondsAgo),
      expiresAt: at(secondsAgo - 30 * 24 * 60 * MINUTE_SECONDS),
    });
    expect(await sessionsOf(token)).toEqual([login(0, false), login(1, true)]);
  });

  test('end one by one, with their tokens, and the other browser stays logged in', async () => {
    const [browser, elsewhere] = [new FormBrowser(world.url), new FormBrowser(world.url)];
    const token = await tokenIn(browser);
    await logIn(elsewhere);
    const sessions = await sessionsOf(token);
    const [current, other] = [sessions.find((shown) => shown.isCurrent), sessions.find((shown) => !shown.isCurrent)];
    expect((await end(token, other?.id ?? '')).status).toBe(204);
    expect([await isLoggedIn(browser), await isLoggedIn(elsewhere)]).toEqual([true, false]);
    expect((await end(token, current?.id ?? '')).status).toBe(204);
    expect(await isLoggedIn(browser)).toBe(false);
    expect(seen(await world.manage('GET', '/v1/me/sessions', undefined, token))).toEqual(problem(401, 'invalid_token'));
  });

  test('do not end for another user', async () => {
    const token = await tokenIn(new FormBrowser(world.url));
    const id = await ownSession(await ownAccount(world));
    expect(seen(await end(token, id))).toEqual(problem(404, 'not_found'));
  });
});

describe('a session', () => {
  test.each<[string, (browser: FormBrowser) => Promise<unknown>]>([
    ['the account page', (browser) => browser.open('/account')],
    ['the page that asks whether to log out', (browser) => browser.open('/logout')],
    ['a request that is answered without a page', (browser) => answered(browser)],
  ])('is seen again by %s', async (_what, use) => {
    const browser = new FormBrowser(world.url);
    const token = await tokenIn(browser);
    world.clock.advance(6 * MINUTE_SECONDS);
    await use(browser);
    const [session] = await sessionsOf(token);
    expect(session?.lastSeenAt).toBe(new Date(world.clock.nowSeconds() * 1_000).toISOString());
  });
});

/** The person has consented before, so the application gets its answer at once. */
async function answered(browser: FormBrowser): Promise<void> {
  const request = new CodeRequest(application.clientId, { scope: 'read:me', resource: `${world.url}/v1/` });
  expect(answerIn(await browser.open(request.path)).searchParams.has('code')).toBe(true);
}
