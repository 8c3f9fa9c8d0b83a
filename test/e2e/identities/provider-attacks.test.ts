import { describe, expect, test, vi } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { evilTexts } from '#test/support/pages/evil-texts.ts';
import {
  isLoggedIn,
  leaveFor,
  logInBy,
  newPerson,
  newProvider,
  useProviders,
  verified,
  wayTo,
} from '#test/support/people/providers.ts';
import { prepared } from '#test/support/world/use-world.ts';

const { internet, world, manage } = useProviders();

/** A provider whose next login would succeed for a user. */
async function readyProvider() {
  const provider = await newProvider(manage, internet);
  const { email } = await newPerson(manage);
  provider.script.claims = verified(email);
  return provider;
}

const provider = prepared(readyProvider);
const other = prepared(readyProvider);

/** A new browser that has left for the provider, and the address that it left to. */
async function browserAway(to = provider) {
  const browser = new FormBrowser(world.url);
  return { browser, address: await leaveFor(to, browser) };
}

/** What a browser got from an answer: the page, and whether it is logged in now. */
async function outcomeOf(browser: FormBrowser, answer: string) {
  const exchanges = provider.script.exchanges.length;
  const { status } = await browser.open(answer);
  const isCodeSent = provider.script.exchanges.length > exchanges;
  return { status, isLoggedIn: await isLoggedIn(browser), isCodeSent };
}

const refusedBeforeExchange = { status: 400, isLoggedIn: false, isCodeSent: false };

describe('S8: an answer', () => {
  test('is taken in the browser that began', async () => {
    const { browser, address } = await browserAway();
    const outcome = await outcomeOf(browser, provider.script.answerTo(address));
    expect(outcome).toEqual({ status: 200, isLoggedIn: true, isCodeSent: true });
  });

  test.each([
    ['without a state', undefined],
    ['with an empty state', ''],
    ['with the state of nobody', `itx_${'x'.repeat(22)}.${'x'.repeat(43)}`],
  ])('%s is refused', async (_what, state) => {
    const { browser, address } = await browserAway();
    expect(await outcomeOf(browser, provider.script.answerTo(address, { state }))).toEqual(refusedBeforeExchange);
  });

  test('with the right interaction and a wrong secret part of the state is refused, and the right one still counts', async () => {
    const { browser, address } = await browserAway();
    const state = new URL(address).searchParams.get('state') ?? '';
    const wrong = `${state.slice(0, -1)}${state.endsWith('x') ? 'y' : 'x'}`;
    expect(await outcomeOf(browser, provider.script.answerTo(address, { state: wrong }))).toEqual(
      refusedBeforeExchange,
    );
    expect(await outcomeOf(browser, provider.script.answerTo(address))).toMatchObject({
      status: 200,
      isLoggedIn: true,
    });
  });

  test("S5: of an attacker's login finishes in no other browser", async () => {
    const { address } = await browserAway();
    const answer = provider.script.answerTo(address);
    const victim = new FormBrowser(world.url);
    await victim.open('/login');
    expect(await outcomeOf(victim, answer)).toEqual(refusedBeforeExchange);
    expect(await outcomeOf(new FormBrowser(world.url), answer)).toEqual(refusedBeforeExchange);
  });

  test('counts once', async () => {
    const { browser, address } = await browserAway();
    const answer = provider.script.answerTo(address);
    await browser.open(answer);
    await browser.open('/login');
    const exchanges = provider.script.exchanges.length;
    expect(await browser.open(answer)).toMatchObject({ status: 400 });
    expect(provider.script.exchanges.length).toBe(exchanges);
  });

  test('comes too late after half an hour', async () => {
    const { browser, address } = await browserAway();
    world.clock.advance(1_801);
    expect(await outcomeOf(browser, provider.script.answerTo(address))).toEqual(refusedBeforeExchange);
  });

  test('of one provider at the redirect URI of another is refused (mix-up)', async () => {
    const { browser, address } = await browserAway();
    const answer = provider.script.answerTo(address).replace(provider.id, other.id);
    expect(await outcomeOf(browser, answer)).toEqual(refusedBeforeExchange);
    expect(other.script.exchanges).toEqual([]);
  });

  test.each([
    ['that names another issuer', 'https://evil.example.com'],
    ['that names no issuer, although the provider always does', undefined],
  ])('%s is refused before the code is sent (RFC 9207)', async (_what, iss) => {
    const { browser, address } = await browserAway();
    expect(await outcomeOf(browser, provider.script.answerTo(address, { iss }))).toEqual(refusedBeforeExchange);
  });

  test('sends the code verifier of the challenge, another one each time', async () => {
    const { browser, address } = await browserAway();
    await browser.open(provider.script.answerTo(address));
    await logInBy(provider, browser);
    const verifiers = provider.script.exchanges.slice(-2).map(({ code_verifier: verifier = '' }) => verifier);
    expect(verifiers).toEqual([expect.stringMatching(/^\w{43}$/), expect.stringMatching(/^\w{43}$/)]);
    expect(new Set(verifiers).size).toBe(2);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifiers[0]));
    expect(new URL(address).searchParams.get('code_challenge')).toBe(Buffer.from(digest).toString('base64url'));
  });
});

describe('S8: an ID token', () => {
  test.each([
    ['without the nonce', { nonce: undefined }],
    ['with the nonce of another login', { nonce: 'x'.repeat(43) }],
    ['for another client', { aud: 'somebody-else' }],
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['that has expired', { exp: 1 }],
    ['without a subject', { sub: undefined }],
  ])('%s logs nobody in', async (_what, change) => {
    const own = await readyProvider();
    own.script.claims = { ...own.script.claims, ...change };
    const browser = new FormBrowser(world.url);
    expect(await logInBy(own, browser)).toMatchObject({ status: 400 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('with the signature of a key that the issuer does not publish logs nobody in', async () => {
    const own = await readyProvider();
    own.script.metadata = { jwks_uri: `${own.script.issuer}/other-keys` };
    const browser = new FormBrowser(world.url);
    expect(await logInBy(own, browser)).toMatchObject({ status: 400 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('whose issuer spells itself in another way logs nobody in', async () => {
    const own = await readyProvider();
    own.script.metadata = { issuer: `${own.script.issuer}/` };
    own.script.claims = { ...own.script.claims, iss: `${own.script.issuer}/` };
    const browser = new FormBrowser(world.url);
    expect(await browser.open(wayTo(own, await browser.open('/login')))).toMatchObject({ status: 503 });
  });
});

describe('M15: what a provider says about an error', () => {
  test.each(evilTexts.filter((text) => /^["'<]/.test(text)))('is text on our page: %s', async (text) => {
    const { browser, address } = await browserAway();
    const words = { error: 'server_error', error_description: text, code: undefined };
    const page = await browser.open(provider.script.answerTo(address, words));
    expect(page.status).toBe(400);
    expect(page.html).toContain('server_error');
    expect(page.html).not.toContain(text);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('of a person who declined is not an error of ours', async () => {
    const { browser, address } = await browserAway();
    const page = await browser.open(provider.script.answerTo(address, { error: 'access_denied', code: undefined }));
    expect(page).toMatchObject({ status: 403, html: expect.stringContaining('You did not log in with') });
  });

  test('without the right state is not shown at all', async () => {
    const words = { error: 'server_error', error_description: 'call 555-1234', code: undefined, state: 'x' };
    const { browser, address } = await browserAway();
    const page = await browser.open(provider.script.answerTo(address, words));
    expect({ status: page.status, isShown: page.html.includes('555') }).toEqual({ status: 400, isShown: false });
  });
});

describe('K13: an address that an issuer names', () => {
  const inside = [
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://localhost:8443/',
    'https://internal.example.com:8443/',
    'http://internal.example.com/',
    'file:///etc/passwd',
    'gopher://internal.example.com/',
  ];

  test.each(
    ['token_endpoint', 'jwks_uri', 'userinfo_endpoint'].flatMap((name) => inside.map((url) => [name, url] as const)),
  )('is not fetched as %s: %s', async (name, url) => {
    const own = await readyProvider();
    if (name === 'userinfo_endpoint') own.script.claims = {};
    own.script.metadata = { [name]: url };
    const browser = new FormBrowser(world.url);
    const before = internet.connections.length;
    expect([400, 503]).toContain((await logInBy(own, browser)).status);
    expect(await isLoggedIn(browser)).toBe(false);
    expect(new Set(internet.connections.slice(before))).toEqual(new Set([new URL(own.script.issuer).host]));
  });

  test('is not followed if it redirects', async () => {
    const own = await readyProvider();
    own.script.tokenAnswer = { status: 302, body: {}, location: 'https://internal.example.com/' };
    const browser = new FormBrowser(world.url);
    const before = internet.connections.length;
    expect(await logInBy(own, browser)).toMatchObject({ status: 400 });
    expect(await isLoggedIn(browser)).toBe(false);
    expect(internet.connections.slice(before)).not.toContain('internal.example.com');
  });

  test.each(inside)('as the issuer itself is refused when it is registered: %s', async (issuer) => {
    const body = { name: 'Evil', type: 'oidc', issuer, clientId: 'a', clientSecret: 'b' };
    expect(await manage('POST', '/v1/identity-providers', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', field: 'issuer' },
    });
  });
});

describe('a provider', () => {
  test('that is down is 503, on the way there and on the way back', async () => {
    const own = await readyProvider();
    own.script.isDown = true;
    const browser = new FormBrowser(world.url);
    const link = wayTo(own, await browser.open('/login'));
    expect(await browser.open(link)).toMatchObject({ status: 503 });
    const back = await readyProvider();
    const leavesTo = await leaveFor(back, browser);
    back.script.isDown = true;
    expect(await browser.open(back.script.answerTo(leavesTo))).toMatchObject({ status: 503 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('that is down is left alone for half a minute, so that nobody waits for it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const own = await readyProvider();
    own.script.isDown = true;
    const browser = new FormBrowser(world.url);
    const link = wayTo(own, await browser.open('/login'));
    const before = internet.connections.length;
    for (const _again of [1, 2, 3]) expect(await browser.open(link)).toMatchObject({ status: 503 });
    expect(internet.connections.length - before).toBe(1);
    own.script.isDown = false;
    vi.setSystemTime(Date.now() + 30_001);
    expect((await browser.open(link)).leavesTo).toContain(own.script.issuer);
    vi.useRealTimers();
  });

  test('that is disabled has no link, takes nobody, and takes nobody back', async () => {
    const own = await readyProvider();
    const { browser, address } = await browserAway(own);
    const link = wayTo(own, await browser.open('/login'));
    await succeed(manage('PATCH', `/v1/identity-providers/${own.id}`, { enabled: false }));
    expect(await browser.open(link)).toMatchObject({ status: 404 });
    expect(await browser.open(own.script.answerTo(address))).toMatchObject({ status: 404 });
    expect(own.script.exchanges).toEqual([]);
  });

  test('that was deleted is as one that never was', async () => {
    const own = await readyProvider();
    const { browser, address } = await browserAway(own);
    await succeed(manage('DELETE', `/v1/identity-providers/${own.id}`));
    expect(await browser.open(own.script.answerTo(address))).toMatchObject({ status: 404 });
  });

  test('that refuses the code shows why, and logs nobody in', async () => {
    const own = await readyProvider();
    own.script.tokenAnswer = { status: 400, body: { error: 'invalid_client', error_description: 'Wrong secret' } };
    const page = await logInBy(own, new FormBrowser(world.url));
    expect(page).toMatchObject({ status: 400, html: expect.stringContaining('invalid_client: Wrong secret') });
  });
});
