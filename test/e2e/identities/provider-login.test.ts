import { describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { GITHUB_ISSUER, serveScriptedGitHub } from '#test/support/elsewhere/scripted-github.ts';
import { serveScriptedIssuer } from '#test/support/elsewhere/scripted-issuer.ts';
import { answerIn, CodeRequest, newThirdParty } from '#test/support/people/code-flow.ts';
import {
  isLoggedIn,
  leaveFor,
  logInBy,
  newPerson,
  newProvider,
  useProviders,
  verified,
} from '#test/support/people/providers.ts';
import { prepared, useAcme } from '#test/support/world/use-world.ts';

const { internet, world, manage } = useProviders();
const acme = useAcme(world);

describe('a login at an identity provider', () => {
  const provider = prepared(() => newProvider(manage, internet));

  test('is a link on the login page while the provider is enabled', async () => {
    const browser = new FormBrowser(world.url);
    const link = async () => {
      const { html, path } = await browser.open('/login');
      return html.includes(`<a class="button plain" href="${path}/provider/${provider.id}">`);
    };
    expect(await link()).toBe(true);
    await succeed(manage('PATCH', `/v1/identity-providers/${provider.id}`, { enabled: false }));
    expect(await link()).toBe(false);
    await succeed(manage('PATCH', `/v1/identity-providers/${provider.id}`, { enabled: true }));
  });

  test('S8: leaves by a link, with state, nonce and a PKCE challenge', async () => {
    const address = new URL(await leaveFor(provider, new FormBrowser(world.url)));
    expect(`${address.origin}${address.pathname}`).toBe(`${provider.script.issuer}/authorize`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'mintmark',
      redirect_uri: provider.redirectUri,
      scope: 'openid profile email',
      state: expect.stringMatching(/^itx_\w{22}\.\w{43}$/),
      nonce: expect.stringMatching(/^\w{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  test('finds a user by a verified address for the first time, and by issuer and subject from then on', async () => {
    const { email } = await newPerson(manage);
    provider.script.claims = { ...verified(email), email: email.toUpperCase() };
    const first = await logInBy(provider, new FormBrowser(world.url));
    expect(first).toMatchObject({ status: 200, path: '/account' });
    expect(first.html).toContain(email);
    provider.script.claims = { ...verified(email), email: 'other@elsewhere.example', email_verified: false };
    const second = await logInBy(provider, new FormBrowser(world.url));
    expect(second).toMatchObject({ status: 200, path: '/account' });
    expect(second.html).toContain(email);
  });

  test('asks the provider for the address if the ID token has none', async () => {
    const { email } = await newPerson(manage);
    provider.script.claims = { sub: verified(email).sub };
    provider.script.userInfo = verified(email);
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status: 200, path: '/account' });
  });
});

describe('a login at GitHub', () => {
  const github = prepared(async () => ({ script: serveScriptedGitHub(internet) }));
  const provider = prepared(() =>
    succeed<{ id: string }>(
      manage('POST', '/v1/identity-providers', {
        name: 'GitHub',
        type: 'github',
        clientId: 'mintmark',
        clientSecret: 'of-github',
        trustedDomains: ['example.com'],
      }),
    ),
  );

  /** Leaves for GitHub and comes back with its answer, in which the issuer can be another. */
  async function logInByGitHub(browser: FormBrowser, iss = GITHUB_ISSUER) {
    const address = new URL(await leaveFor(provider, browser));
    const state = address.searchParams.get('state') ?? '';
    const answer = new URLSearchParams({ code: 'code-of-github', state, iss });
    return browser.open(`/login/callback/${provider.id}?${answer}`);
  }

  test('finds a user by the verified primary address, and by the account from then on', async () => {
    const { email } = await newPerson(manage);
    Object.assign(github.script, { accountId: 11, emails: [{ email, primary: true, verified: true }] });
    expect(await logInByGitHub(new FormBrowser(world.url))).toMatchObject({ status: 200, path: '/account' });
    github.script.emails = [];
    const again = await logInByGitHub(new FormBrowser(world.url));
    expect(again).toMatchObject({ status: 200, path: '/account' });
    expect(again.html).toContain(email);
  });

  test.each([
    ['a primary address that GitHub did not verify', [{ primary: true, verified: false }]],
    ['a verified address that is not the primary one', [{ primary: false, verified: true }]],
  ])('finds no user by %s', async (_what, kinds) => {
    const { email } = await newPerson(manage);
    const emails = kinds.map((kind) => ({ email, ...kind }));
    Object.assign(github.script, { accountId: github.script.accountId + 100, emails });
    const browser = new FormBrowser(world.url);
    expect(await logInByGitHub(browser)).toMatchObject({ status: 403 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('S8: takes no answer in which another issuer is named', async () => {
    const { email } = await newPerson(manage);
    Object.assign(github.script, { accountId: 13, emails: [{ email, primary: true, verified: true }] });
    const browser = new FormBrowser(world.url);
    expect(await logInByGitHub(browser, 'https://evil.example.com')).toMatchObject({ status: 400 });
    expect(await isLoggedIn(browser)).toBe(false);
  });
});

describe('a login at Google', () => {
  const provider = prepared(async () => ({
    ...(await newProvider(manage, internet, { type: 'google', issuer: undefined })),
    script: serveScriptedIssuer(internet, 'accounts.google.com'),
  }));

  test.each([
    ['of the organisation whose account it is', { hd: 'example.com' }, 200],
    ['of another organisation', { hd: 'example.org' }, 403],
    ['of no organisation', {}, 403],
  ])('with an address %s', async (_what, claim, status) => {
    const { email } = await newPerson(manage);
    provider.script.claims = { ...verified(email), ...claim };
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status });
  });
});

describe('Frontier 19: an address', () => {
  const provider = prepared(() => newProvider(manage, internet));
  const untrusted = prepared(() => newProvider(manage, internet, { trustedDomains: ['example.org'] }));

  test.each([
    ['that the provider did not verify', { email_verified: false }],
    ['of which the provider says nothing', { email_verified: undefined }],
    ['whose verification is a text', { email_verified: 'true' }],
  ])('%s finds no user', async (_what, change) => {
    const { email } = await newPerson(manage);
    provider.script.claims = { ...verified(email), ...change };
    const browser = new FormBrowser(world.url);
    expect(await logInBy(provider, browser)).toMatchObject({ status: 403 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('with a letter outside ASCII does not find the user of the address with its capital', async () => {
    const { email } = await newPerson(manage, 'k');
    provider.script.claims = { ...verified(email), email: email.replace('k', '\u212a') };
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status: 403 });
  });

  test('of a domain for which the provider is not trusted finds no user', async () => {
    const { email } = await newPerson(manage);
    untrusted.script.claims = verified(email);
    const browser = new FormBrowser(world.url);
    const page = await logInBy(untrusted, browser);
    expect({ status: page.status, isLoggedIn: await isLoggedIn(browser) }).toEqual({ status: 403, isLoggedIn: false });
    expect(page.html).toContain('belongs to nobody here');
  });

  test('finds no user who has another subject of the same issuer: addresses are given to others', async () => {
    const { email } = await newPerson(manage);
    provider.script.claims = verified(email);
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status: 200 });
    provider.script.claims = { ...verified(email), sub: 'a newcomer' };
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status: 403 });
  });

  test('of a disabled user does not log in', async () => {
    const { id, email } = await newPerson(manage);
    await succeed(manage('PATCH', `/v1/users/${id}`, { status: 'disabled' }));
    provider.script.claims = verified(email);
    const browser = new FormBrowser(world.url);
    expect(await logInBy(provider, browser)).toMatchObject({ status: 403 });
    expect(await isLoggedIn(browser)).toBe(false);
  });
});

describe('workspace members', () => {
  test('log in by a provider only if it is marked forMembers', async () => {
    const email = 'administrator@example.com';
    await world.bootstrap({ email });
    const provider = await newProvider(manage, internet);
    provider.script.claims = verified(email);
    const browser = new FormBrowser(world.url);
    expect(await logInBy(provider, browser)).toMatchObject({ status: 403 });
    expect(await isLoggedIn(browser)).toBe(false);
    await succeed(manage('PATCH', `/v1/identity-providers/${provider.id}`, { forMembers: true }));
    expect(await logInBy(provider, browser)).toMatchObject({ status: 200, path: '/account' });
  });
});

describe('a deleted user', () => {
  test('leaves no identity: the subject belongs to nobody', async () => {
    const provider = await newProvider(manage, internet);
    const { id, email } = await newPerson(manage);
    provider.script.claims = verified(email);
    await logInBy(provider, new FormBrowser(world.url));
    await succeed(manage('DELETE', `/v1/users/${id}`));
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status: 403 });
    world.clock.advance(61);
    await world.run('remove-deleted');
    const { id: next } = await succeed<{ id: string }>(manage('POST', '/v1/users', { email }));
    expect(next).not.toBe(id);
    expect(await logInBy(provider, new FormBrowser(world.url))).toMatchObject({ status: 200, path: '/account' });
  });
});

describe('auth_time', () => {
  const provider = prepared(() => newProvider(manage, internet));

  /** The ID token of an application, after a login by the provider. */
  const idTokenAfter = async (claims: object) => {
    const { email } = await newPerson(manage);
    provider.script.claims = { ...verified(email), ...claims };
    const application = await newThirdParty(world, acme.apiId);
    const request = new CodeRequest(application.clientId, { scope: 'openid', resource: '' });
    const browser = new FormBrowser(world.url);
    const consent = await logInBy(provider, browser, request.path);
    const answer = answerIn(await browser.submit(consent, { decision: 'allow' }));
    const { body } = await request.redeem(world, application, answer);
    const [, payload = ''] = (body as { id_token: string }).id_token.split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  };

  test('of the provider goes on to the application, with amr "fed"', async () => {
    const authTime = world.clock.nowSeconds() - 3_000;
    expect(await idTokenAfter({ auth_time: authTime })).toMatchObject({ auth_time: authTime, amr: ['fed'] });
  });

  test('is left out if the provider does not say it', async () => {
    const token = await idTokenAfter({});
    expect(token).toMatchObject({ amr: ['fed'] });
    expect(token).not.toHaveProperty('auth_time');
  });

  test.each([
    ['prompt=login', { prompt: 'login' }, { max_age: '0', prompt: 'login' }],
    ['max_age', { max_age: '60' }, { max_age: '60' }],
  ])('decides whether a login is fresh enough for %s, and the provider is asked for it', async (_name, wish, asked) => {
    const { email } = await newPerson(manage);
    const application = await newThirdParty(world, acme.apiId);
    const { path } = new CodeRequest(application.clientId, wish);
    const address = new URL(await leaveFor(provider, new FormBrowser(world.url), path));
    expect(Object.fromEntries(address.searchParams)).toMatchObject(asked);
    for (const claims of [{}, { auth_time: world.clock.nowSeconds() - 600 }]) {
      provider.script.claims = { ...verified(email), ...claims };
      const browser = new FormBrowser(world.url);
      expect(await logInBy(provider, browser, path)).toMatchObject({ status: 403 });
      expect(await isLoggedIn(browser)).toBe(false);
    }
    provider.script.claims = { ...verified(email), auth_time: world.clock.nowSeconds() };
    const consent = await logInBy(provider, new FormBrowser(world.url), path);
    expect(consent).toMatchObject({ status: 200, path: expect.stringMatching(/^\/authorize\//) });
  });
});
