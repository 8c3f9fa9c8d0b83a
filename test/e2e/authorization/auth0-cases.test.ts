import { beforeEach, describe, expect, test } from 'vitest';
import type { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import {
  addressOf,
  answerIn,
  CodeRequest,
  newThirdParty,
  openAs,
  REDIRECT_URI,
  refusalIn,
} from '#test/support/people/code-flow.ts';
import { useCodeFlow } from '#test/support/people/use-code-flow.ts';
import type { Credentials } from '#test/support/world/world.ts';

const { mailbox, world, acme, begin } = useCodeFlow();

let application: Credentials;
let browser: FormBrowser;
beforeEach(async () => {
  ({ application, browser } = await begin());
});

const request = (changes: Readonly<Record<string, string>> = {}) => new CodeRequest(application.clientId, changes);

/** What a browser of Ada shows after her login. */
async function afterLogin(asked: CodeRequest) {
  return openAs(browser, asked, { email: await addressOf(world, acme.userId), mailbox });
}

test('Auth0 14: both metadata documents name the issuer as clients spell it, and paths without a stage', async () => {
  const documents = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];
  for (const path of documents) {
    const { status, body } = await world.send('GET', path);
    const { issuer, authorization_endpoint: authorize, token_endpoint: token } = body as Record<string, string>;
    expect({ status, issuer, authorize, token }).toEqual({
      status: 200,
      issuer: world.url,
      authorize: `${world.url}/oauth/authorize`,
      token: `${world.url}/oauth/token`,
    });
  }
});

test('Auth0 16: a code works once, for its application, redirect URI and verifier only', async () => {
  const asked = request();
  const answer = answerIn(
    await browser.submit(await afterLogin(asked), { decision: 'allow', permission: ['read:reports'] }),
  );
  const other = await newThirdParty(world, acme.apiId);
  const outcomes = [
    await asked.redeem(world, other, answer),
    await asked.redeem(world, application, answer, { parameters: { redirect_uri: `${REDIRECT_URI}/x` } }),
    await asked.redeem(world, application, answer, { parameters: { code_verifier: 'v'.repeat(43) } }),
    await asked.redeem(world, application, answer),
    await asked.redeem(world, application, answer),
  ].map(({ status, body }) => [status, (body as { error?: string }).error]);
  expect(outcomes).toEqual([
    [400, 'invalid_grant'],
    [400, 'invalid_grant'],
    [400, 'invalid_grant'],
    [200, undefined],
    [400, 'invalid_grant'],
  ]);
  const plain = await browser.open(request({ code_challenge_method: 'plain' }).path);
  expect(refusalIn(plain)).toEqual({ error: 'invalid_request', state: 'xyz', iss: world.url });
});

test('Auth0 18: who denies returns with access_denied, and nobody is sent to an address that is not registered', async () => {
  const denied = await browser.submit(await afterLogin(request()), { decision: 'deny' });
  expect(refusalIn(denied)).toEqual({ error: 'access_denied', state: 'xyz', iss: world.url });
  for (const changes of [
    { client_id: 'cli_0000000000000000000000' },
    { redirect_uri: `${REDIRECT_URI}/deeper` },
    { redirect_uri: `${REDIRECT_URI}?x=1` },
    { redirect_uri: 'https://app.example.com/' },
  ]) {
    const { status, leavesTo } = await browser.open(request(changes).path);
    expect({ changes, status, leavesTo }).toEqual({ changes, status: 400, leavesTo: undefined });
  }
});

describe('Auth0 19: consent is skipped', () => {
  const skips = async (registration: object, skipConsent: boolean) => {
    await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { skipConsent });
    application = await newThirdParty(world, acme.apiId, registration);
    const { leavesTo } = await afterLogin(request());
    return leavesTo !== undefined;
  };

  test.each<[string, boolean, object, boolean]>([
    ['for a first-party application where the API says so', true, { party: 'first' }, true],
    ['for no application where the API does not say so', false, { party: 'first' }, false],
    ['never for a third-party application', true, { party: 'third' }, false],
    [
      'never for an application that has also a redirect URI on the own machine',
      true,
      { party: 'first', redirectUris: [REDIRECT_URI, 'http://127.0.0.1/callback'] },
      false,
    ],
    [
      'never for an application that has also a redirect URI with a scheme of its own',
      true,
      { party: 'first', redirectUris: [REDIRECT_URI, 'com.example.app:/callback'] },
      false,
    ],
  ])('%s', async (_what, skipConsent, registration, isSkipped) => {
    expect(await skips(registration, skipConsent)).toBe(isSkipped);
  });
});
