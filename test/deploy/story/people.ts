import { deepStrictEqual } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser } from '#test/support/people/browser.ts';
import { basic } from '#test/support/world/deployment.ts';
import { arrangeAcme, REPORTS } from '#test/support/world/world.ts';
import type { Site } from './site.ts';

const REDIRECT_URI = 'https://app.example.com/callback';

/**
 * Lets the first member log in by a link, allow an application to read reports in a tenant, and log out everywhere. The
 * token works until then.
 */
export async function actForAPerson(site: Site): Promise<string> {
  const acme = await arrangeAcme(site);
  const { body: user } = await site.manage('GET', `/v1/users/${acme.userId}`);
  const { email } = user as { email: string };
  const browser = new FormBrowser(site.url);
  const { loginLink } = (await site.invoke('bootstrap', { email })) as { loginLink: string };
  const account = await browser.submit(await browser.open(loginLink.slice(site.url.length)), {});
  deepStrictEqual(account.status, 200);
  const application = await newApplication(site, acme.apiId);
  const tokens = await authorize(site, browser, application);
  const userInfo = async () => {
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const asked = await Promise.all([
      site.send('GET', '/oauth/userinfo', { headers }),
      site.send('POST', '/oauth/userinfo', { headers }),
    ]);
    return asked.map(({ status }) => status);
  };
  deepStrictEqual(await userInfo(), [200, 200]);
  const again = await browser.open('/account');
  const done = await browser.submit(again, {}, LOG_OUT_EVERYWHERE);
  deepStrictEqual([done.status, await userInfo()], [200, [401, 401]]);
  return `scope ${tokens.scope}, until the person logs out everywhere`;
}

/** The place of the form among the forms of the account page. */
const LOG_OUT_EVERYWHERE = 1;

interface Application {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function newApplication(site: Site, apiId: string): Promise<Application> {
  const request = {
    name: 'Dashboards',
    party: 'third',
    redirectUris: [REDIRECT_URI],
    grantTypes: ['authorization_code'],
  };
  const { body } = await site.manage('POST', '/v1/applications', request);
  const application = body as Application;
  const grant = { for: 'user', permissions: 'all' };
  await site.manage('PUT', `/v1/applications/${application.clientId}/grants/${apiId}`, grant);
  return application;
}

/** Goes through the pages of a code flow and trades the code. */
async function authorize(site: Site, browser: FormBrowser, application: Application): Promise<Record<string, string>> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: application.clientId,
    redirect_uri: REDIRECT_URI,
    scope: 'openid read:reports',
    resource: REPORTS,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const consent = await browser.open(`/oauth/authorize?${query}`);
  const left = await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] });
  const code = new URL(left.leavesTo ?? site.url).searchParams.get('code') ?? '';
  const reply = await site.send('POST', '/oauth/token', {
    headers: { authorization: basic(application) },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
    }),
  });
  deepStrictEqual(reply.status, 200, reply.text);
  return reply.body as Record<string, string>;
}
