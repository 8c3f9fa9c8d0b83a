import type { BrowserContext, Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { selfSignedServerCertificate } from '#infra/local/tls/server-certificate.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { serveSinglePageApplication } from '#test/support/browser/single-page-application.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { addressOf, newThirdParty } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const LIBRARY = '@auth0/auth0-spa-js/dist/auth0-spa-js.production.js';

/** One certificate for Mintmark and the application: the library takes an issuer only if it has an https URL. */
let certificate: ReturnType<typeof selfSignedServerCertificate> | undefined;
const ownCertificate = () => {
  certificate ??= selfSignedServerCertificate();
  return certificate;
};

/**
 * The library as its publisher built it, with these of its documented options: `issuer`, because it expects a slash at
 * the end of the issuer; `nowProvider`, because the clock of this world stands still; and `openUrl`, which opens the
 * addresses that the library makes. Its own are `/authorize` and `/v2/logout`, Auth0's paths.
 */
describeInBrowser('Auth0 15: @auth0/auth0-spa-js, unmodified, in a browser', () => {
  const mailbox = new Mailbox();
  const world = useWorld({ https: ownCertificate, adapters: { mailQueue: () => mailbox } });
  const acme = useAcme(world);
  const application = opened(async () => serveSinglePageApplication(LIBRARY, await ownCertificate()));
  const browser = useBrowser();
  const ada = prepared(async () => ({ email: await addressOf(world, acme.userId) }));
  let registered: Credentials;
  beforeAll(() => allowRefreshTokens(world, acme));
  beforeEach(async () => {
    registered = await newThirdParty(world, acme.apiId, {
      name: 'Dashboards',
      redirectUris: [`${application.origin}/callback`, `${application.otherOrigin}/callback`],
      postLogoutRedirectUris: [`${application.origin}/goodbye`],
      tokenEndpointAuthMethod: 'none',
    });
  });

  /** Opens the application in a browser of its own, without scripts of ours. */
  async function openApplication(origin = application.origin): Promise<Page> {
    world.clock.advance(3_600);
    const { page, context } = await browser.openTab({ ignoreHTTPSErrors: true });
    await takeTheirPaths(context);
    await page.goto(origin);
    return page;
  }

  /** Leads from the library's path of the authorization endpoint to ours. */
  async function takeTheirPaths(context: BrowserContext): Promise<void> {
    await context.route(`${world.url}/authorize?*`, (route) => {
      const location = route.request().url().replace('/authorize?', '/oauth/authorize?');
      return route.fulfill({ status: 302, headers: { location } });
    });
  }

  /** Runs a call of the library's client on a page. */
  async function call<Result>(page: Page, expression: string, options: object = {}): Promise<Result> {
    const all = {
      domain: world.url,
      issuer: world.url,
      clientId: registered.clientId,
      authorizationParams: {
        redirect_uri: `${new URL(page.url()).origin}/callback`,
        audience: REPORTS,
        scope: 'openid email read:reports',
      },
      ...options,
    };
    return page.evaluate(`(async () => {
      const nowProvider = () => ${world.clock.nowSeconds() * 1_000};
      globalThis.client ??= new auth0.Auth0Client({ ...${JSON.stringify(all)}, nowProvider });
      return ${expression};
    })()`);
  }

  /** The person logs in and allows everything, and the application gets its tokens. */
  async function logIn(page: Page, options: object = {}): Promise<void> {
    const opening = `openUrl: (url) => location.assign(url.replace('/authorize?', '/oauth/authorize?'))`;
    const origin = new URL(page.url()).origin;
    await call(page, `client.loginWithRedirect({ ${opening} })`, options);
    await page.getByLabel('E-mail address').fill(ada.email);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code').fill(mailbox.codeFor(ada.email));
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Allow Dashboards to act for you?' }).waitFor();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${origin}/callback?**`);
    await call(page, 'client.handleRedirectCallback()', options);
  }

  /** What a call throws: the code that the library reads from our answer, and its description. */
  function refusal(page: Page, expression: string, options: object = {}): Promise<unknown> {
    const shown = '({ error, error_description: description }) => ({ error, description })';
    return call(page, `${expression}.catch(${shown})`, options);
  }

  const anew = 'client.getTokenSilently({ cacheMode: "off", detailedResponse: true })';

  test('logs a person in by a code with PKCE, and knows who it is', async () => {
    const page = await openApplication();
    await logIn(page);
    expect(await call(page, 'client.getUser()')).toMatchObject({ sub: acme.userId });
    const { active, scope } = await introspect(await call(page, 'client.getTokenSilently()'));
    expect({ active, scope }).toEqual({ active: true, scope: 'openid email read:reports' });
  });

  async function introspect(token: string) {
    const { body } = await world.post('/oauth/introspect', world.admin, { token });
    return body as Record<string, unknown>;
  }

  test('gets a new token by a refresh token, until that has ended', async () => {
    const options = { useRefreshTokens: true };
    const page = await openApplication();
    await logIn(page, options);
    const first = await call<string>(page, 'client.getTokenSilently()');
    const next = await call<{ access_token: string }>(page, anew);
    expect([next.access_token === first, (await introspect(next.access_token)).active]).toEqual([false, true]);
    const { body } = await world.manage('GET', `/v1/users/${acme.userId}/consents`);
    const { items } = body as { items: { id: string; clientId: string }[] };
    const consent = items.find(({ clientId }) => clientId === registered.clientId);
    await world.manage('DELETE', `/v1/users/${acme.userId}/consents/${consent?.id}`);
    expect(await refusal(page, anew)).toEqual({
      error: 'invalid_grant',
      description: expect.stringContaining('invalid refresh token'),
    });
  });

  test('gets a new token by prompt=none in a frame of the same site', async () => {
    const page = await openApplication();
    await logIn(page);
    const { access_token: token } = await call<{ access_token: string }>(page, anew);
    expect((await introspect(token)).active).toBe(true);
  });

  test('logs the person out here and at Mintmark, and comes back', async () => {
    const page = await openApplication();
    await logIn(page);
    const home = `${application.origin}/goodbye`;
    const query = `new URLSearchParams({ id_token_hint: __raw, post_logout_redirect_uri: '${home}' })`;
    const opening = `openUrl: () => location.assign('${world.url}/oauth/logout?' + ${query})`;
    await call(page, `client.getIdTokenClaims().then(({ __raw }) => client.logout({ ${opening} }))`);
    await page.waitForURL(home);
    await page.goto(`${world.url}/account`);
    expect(await page.getByLabel('E-mail address').isVisible()).toBe(true);
  });

  test('hears login_required in a frame of the same site without a login', async () => {
    const page = await openApplication();
    expect(await refusal(page, anew)).toMatchObject({ error: 'login_required' });
  });

  test('hears login_required in a frame of another site, which gets no cookie, also after a login', async () => {
    const page = await openApplication(application.otherOrigin);
    await logIn(page);
    expect(await refusal(page, anew)).toMatchObject({ error: 'login_required' });
  });
});
