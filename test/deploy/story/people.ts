import { deepStrictEqual } from 'node:assert/strict';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { newProofKey, type ProofKey, signProof, tokenProof } from '#test/support/clients/dpop.ts';
import { addressOf, answerIn, CodeRequest, newThirdParty } from '#test/support/people/code-flow.ts';
import { arrangeAcme } from '#test/support/world/world.ts';
import type { Site } from './site.ts';

/**
 * Lets the first member log in by a link, allow an application to read reports in a tenant, and log out everywhere. The
 * token, which is bound to a key of the application, works until then. The application may log the person out, too.
 */
export async function actForAPerson(site: Site): Promise<string> {
  const { apiId, userId } = await arrangeAcme(site);
  const application = await newThirdParty(site, apiId);
  const browser = new FormBrowser(site.url);
  deepStrictEqual(await logInByLink(site, browser, await addressOf(site, userId)), [200, '/account']);
  const request = new CodeRequest(application.clientId);
  const consent = await browser.open(request.path);
  const left = await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] });
  const key = await newProofKey();
  const headers = { dpop: await tokenProof(site, key) };
  const { body } = await request.redeem(site, application, answerIn(left), { headers });
  const { access_token: token = '', id_token: hint = '', scope } = body as Record<string, string>;
  deepStrictEqual([scope, await askUserInfo(site, token, key)], ['openid read:reports', [200, 200]]);
  const goodbye = await browser.press(await browser.open('/account'), '/logout/everywhere');
  deepStrictEqual([goodbye.status, await askUserInfo(site, token, key)], [200, [401, 401]]);
  const hinted = await browser.open(`/oauth/logout?${new URLSearchParams({ id_token_hint: hint })}`);
  deepStrictEqual(hinted.status, 200);
  return `scope ${scope}, until the person logs out everywhere`;
}

/** Follows the link that `bootstrap` makes for an address. Returns the status and the path of the page after the login. */
async function logInByLink(site: Site, browser: FormBrowser, email: string): Promise<readonly [number, string]> {
  const { loginLink } = (await site.invoke('bootstrap', { email })) as { readonly loginLink: string };
  const page = await browser.open(loginLink.slice(site.url.length));
  const { status, path } = await browser.submit(page, {});
  return [status, path];
}

/** Asks the userinfo endpoint by GET and by POST. */
async function askUserInfo(site: Site, token: string, key: ProofKey): Promise<readonly number[]> {
  const ask = async (method: string) => {
    const dpop = await signProof(site, key, { method, url: `${site.url}/oauth/userinfo`, token });
    return site.send(method, '/oauth/userinfo', { headers: { authorization: `DPoP ${token}`, dpop } });
  };
  return [(await ask('GET')).status, (await ask('POST')).status];
}
