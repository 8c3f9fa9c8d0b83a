import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const manage = useManage(world);

const redirectUri = 'https://app.example.com/callback';

async function newApplication() {
  const { body } = await manage('POST', '/v1/applications', {
    name: 'Dashboards',
    party: 'third',
    redirectUris: [redirectUri],
    grantTypes: ['authorization_code', 'refresh_token'],
  });
  const application = body as { clientId: string; clientSecret: string };
  const path = `/v1/applications/${application.clientId}/grants/${acme.apiId}`;
  expect(await manage('PUT', path, { for: 'user', permissions: 'all' })).toMatchObject({ status: 200 });
  return application;
}

test('a person logs in, consents, and the application gets tokens that act for the person', async () => {
  const { clientId, clientSecret } = await newApplication();
  const { body: ada } = await manage('GET', `/v1/users/${acme.userId}`);
  const { email } = ada as { email: string };
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid email read:reports',
    resource: REPORTS,
    state: 'xyz',
    nonce: 'n-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = new FormBrowser(world.url);
  const login = await browser.open(`/oauth/authorize?${query}`);
  expect(login.path).toMatch(/^\/login\/itx_/);
  const consent = await logInByCode(browser, login, email, mailbox);
  expect(consent.path).toMatch(/^\/authorize\/itx_/);
  expect(consent.html).toContain('app.example.com');
  const left = await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] });
  const answer = new URL(left.leavesTo ?? '');
  expect(answer.origin + answer.pathname).toBe(redirectUri);
  expect(answer.searchParams.get('state')).toBe('xyz');
  expect(answer.searchParams.get('iss')).toBe(world.url);
  const code = answer.searchParams.get('code') ?? '';
  const reply = await fetch(`${world.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }),
  });
  const tokens = (await reply.json()) as Record<string, string>;
  expect({ status: reply.status, ...tokens }).toMatchObject({
    status: 200,
    token_type: 'Bearer',
    scope: 'openid email read:reports',
  });
  const userInfo = await fetch(`${world.url}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(await userInfo.json()).toEqual({ sub: acme.userId, email, email_verified: true });
  const introspection = await fetch(`${world.url}/oauth/introspect`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ token: tokens.access_token ?? '' }),
  });
  expect(await introspection.json()).toMatchObject({
    active: true,
    sub: acme.userId,
    tenant_id: acme.tenantId,
    scope: 'openid email read:reports',
  });
});
