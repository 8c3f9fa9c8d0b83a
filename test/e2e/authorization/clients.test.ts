import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const ada = prepared(async () => (await world.manage('GET', `/v1/users/${acme.userId}`)).body as { email: string });
beforeAll(() => allowRefreshTokens(world, acme));

const redirectUri = 'https://app.example.com/callback';
const asked = { redirect_uri: redirectUri, scope: 'openid email offline_access read:reports', resource: REPORTS };
const scope = 'openid email read:reports';
const offlineScope = `${scope} offline_access`;

/** An application, and how each library authenticates it. */
interface Application {
  readonly clientId: string;
  readonly ofOpenid: openid.ClientAuth;
  readonly ofOauth: oauth.ClientAuth;
}

async function register(request: object) {
  const application = await createApplication(world, {
    party: 'third',
    redirectUris: [redirectUri],
    grantTypes: ['authorization_code', 'refresh_token'],
    ...request,
  });
  await grantPermissions(world, application, acme.apiId, 'all', 'user');
  return application;
}

const confidential: readonly (readonly [string, () => Promise<Application>])[] = [
  [
    'client_secret_basic',
    async () => {
      const { clientId, clientSecret } = await register({});
      const [ofOpenid, ofOauth] = [openid.ClientSecretBasic(clientSecret), oauth.ClientSecretBasic(clientSecret)];
      return { clientId, ofOpenid, ofOauth };
    },
  ],
  [
    'client_secret_post',
    async () => {
      const { clientId, clientSecret } = await register({ tokenEndpointAuthMethod: 'client_secret_post' });
      const [ofOpenid, ofOauth] = [openid.ClientSecretPost(clientSecret), oauth.ClientSecretPost(clientSecret)];
      return { clientId, ofOpenid, ofOauth };
    },
  ],
];

async function publicApplication(): Promise<Application> {
  const { clientId } = await register({ tokenEndpointAuthMethod: 'none' });
  return { clientId, ofOpenid: openid.None(), ofOauth: oauth.None() };
}

/** Sends a person to an authorization URL. The person logs in and allows; returns the URL at the application. */
async function sendPerson(to: URL): Promise<URL> {
  const browser = new FormBrowser(world.url);
  const login = await browser.open(to.href.slice(world.url.length));
  const consent = await logInByCode(browser, login, ada.email, mailbox);
  const left = await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] });
  return new URL(left.leavesTo ?? '');
}

/** What an ID token says about the person. */
const claims = (clientId: string, nonce: string) => ({
  iss: world.url,
  aud: clientId,
  sub: acme.userId,
  nonce,
  auth_time: world.clock.nowSeconds(),
  amr: ['otp'],
  iat: expect.any(Number),
  exp: expect.any(Number),
});

const person = () => ({ sub: acme.userId, email: ada.email, email_verified: true });

describe('openid-client', () => {
  async function configure({ clientId, ofOpenid }: Application): Promise<openid.Configuration> {
    const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
    return openid.discovery(new URL(world.url), clientId, undefined, ofOpenid, { execute });
  }

  /** Builds a request with PKCE, state and nonce as the library's documentation does, and redeems the code. */
  async function logIn(config: openid.Configuration) {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
    const to = openid.buildAuthorizationUrl(config, {
      ...asked,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
    });
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, maxAge: 60 };
    const tokens = await openid.authorizationCodeGrant(config, await sendPerson(to), checks);
    return { tokens, nonce: expectedNonce };
  }

  test.each([...confidential, ['none', publicApplication] as const])(
    'logs a person in, refreshes and revokes, with %s',
    async (_method, prepare) => {
      const application = await prepare();
      const config = await configure(application);
      const { tokens, nonce } = await logIn(config);
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: offlineScope, expires_in: 3_600 });
      expect(tokens.claims()).toMatchObject(claims(application.clientId, nonce));
      expect(await openid.fetchUserInfo(config, tokens.access_token, acme.userId)).toEqual(person());
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(refreshed.scope).toBe(offlineScope);
      expect(await openid.fetchUserInfo(config, refreshed.access_token, acme.userId)).toEqual(person());
      await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
      await expect(openid.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
        status: 400,
        error: 'invalid_grant',
      });
      const left = [tokens, refreshed].map(({ access_token: token }) => isTokenActive(world, token));
      expect(await Promise.all(left)).toEqual([false, false]);
    },
  );

  test.each(confidential)('introspects for whom a token acts, with %s', async (_method, prepare) => {
    const application = await prepare();
    const config = await configure(application);
    const { tokens } = await logIn(config);
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      client_id: application.clientId,
      sub: acme.userId,
      tenant_id: acme.tenantId,
      scope,
    });
    await openid.tokenRevocation(config, tokens.access_token);
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  test('M20: takes no answer without the issuer, which our metadata promise', async () => {
    const config = await configure(await publicApplication());
    const withoutIssuer = new URL(`${redirectUri}?code=x&state=s`);
    const taken = openid.authorizationCodeGrant(config, withoutIssuer, { expectedState: 's' });
    await expect(taken).rejects.toMatchObject({ cause: { message: 'response parameter "iss" (issuer) missing' } });
  });
});

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };

  async function discover(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(world.url);
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  }

  async function logIn(as: oauth.AuthorizationServer, { clientId, ofOauth }: Application, options: object = insecure) {
    const client: oauth.Client = { client_id: clientId };
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, expectedNonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const to = new URL(as.authorization_endpoint ?? '');
    to.search = new URLSearchParams({
      ...asked,
      response_type: 'code',
      client_id: clientId,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce: expectedNonce,
    }).toString();
    const answer = oauth.validateAuthResponse(as, client, await sendPerson(to), state);
    const redeem = async () => {
      const request = [as, client, ofOauth, answer, redirectUri, verifier, options] as const;
      const response = await oauth.authorizationCodeGrantRequest(...request);
      const checks = { expectedNonce, requireIdToken: true, maxAge: 60 };
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
      await oauth.validateApplicationLevelSignature(as, response, insecure);
      return tokens;
    };
    return { client, nonce: expectedNonce, redeem };
  }

  test.each([...confidential, ['none', publicApplication] as const])(
    'logs a person in, refreshes and revokes, with %s',
    async (_method, prepare) => {
      const [as, application] = [await discover(), await prepare()];
      const { client, nonce, redeem } = await logIn(as, application);
      const tokens = await redeem();
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: offlineScope, expires_in: 3_600 });
      expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject(claims(application.clientId, nonce));
      const known = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
      expect(await oauth.processUserInfoResponse(as, client, acme.userId, known)).toEqual(person());
      const { ofOauth } = application;
      const again = await oauth.refreshTokenGrantRequest(as, client, ofOauth, tokens.refresh_token ?? '', insecure);
      const refreshed = await oauth.processRefreshTokenResponse(as, client, again);
      expect(refreshed.scope).toBe(offlineScope);
      const revoked = await oauth.revocationRequest(as, client, ofOauth, refreshed.refresh_token ?? '', insecure);
      expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
      expect(await isTokenActive(world, refreshed.access_token)).toBe(false);
    },
  );

  test('M8: learns that a code is good once', async () => {
    const { redeem } = await logIn(await discover(), await publicApplication());
    await redeem();
    await expect(redeem()).rejects.toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  test('M9: binds the tokens of a public application to its key', async () => {
    const [as, application] = [await discover(), await publicApplication()];
    const clockSkew = world.clock.nowSeconds() - Math.floor(Date.now() / 1_000);
    const DPoP = oauth.DPoP({ [oauth.clockSkew]: clockSkew }, await oauth.generateKeyPair('ES256'));
    const { client, redeem } = await logIn(as, application, { ...insecure, DPoP });
    expect(oauth.isDPoPNonceError(await redeem().catch((error: unknown) => error))).toBe(true);
    const tokens = await redeem();
    expect(tokens.token_type).toBe('dpop');
    const ask = async (options: object) => {
      const response = await oauth.userInfoRequest(as, client, tokens.access_token, { ...insecure, ...options });
      return oauth.processUserInfoResponse(as, client, acme.userId, response);
    };
    expect(await ask({ DPoP })).toEqual(person());
    await expect(ask({})).rejects.toMatchObject({ status: 401 });
    const refresh = async (options: object) => {
      const { refresh_token: token = '' } = tokens;
      const request = [as, client, oauth.None(), token, { ...insecure, ...options }] as const;
      return oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(...request));
    };
    await expect(refresh({})).rejects.toMatchObject({ status: 400 });
    expect((await refresh({ DPoP })).token_type).toBe('dpop');
  });
});
