import { deepStrictEqual } from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { REPORTS } from './founding.ts';
import { postForm } from './requests.ts';
import type { Credentials, Story } from './story.ts';
import type { Step } from './tell.ts';

async function exchangeTenantToken(story: Story): Promise<string> {
  story.tenantAccessToken = await exchange(story, story.tenantToken, 'read:reports write:reports');
  return `${story.tenantAccessToken} read and write`;
}

async function exchangePersonalToken(story: Story): Promise<string> {
  story.personalAccessToken = await exchange(story, story.personalToken, 'read:reports');
  return `${story.personalAccessToken} read, as Ada's roles say`;
}

async function exchange(story: Story, credentials: Credentials, scope: string): Promise<string> {
  const { status, body } = await postForm<{ access_token: string }>(story, '/oauth/token', credentials, {
    grant_type: 'client_credentials',
    audience: REPORTS,
  });
  const { access_token: token, ...rest } = body;
  deepStrictEqual({ status, ...rest }, { status: 200, token_type: 'Bearer', expires_in: 3_600, scope });
  return token;
}

/** As any API does with any library: it knows the issuer, and nothing else of Mintmark. */
async function verifyOffline({ url, personalAccessToken, personalToken, tenantId, userId }: Story): Promise<string> {
  const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(personalAccessToken, keys, {
    typ: 'at+jwt',
    issuer: url,
    audience: REPORTS,
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat', 'jti'],
  });
  const { sub, client_id, tenant_id, scope } = payload;
  deepStrictEqual(
    { sub, client_id, tenant_id, scope },
    { sub: userId, client_id: personalToken.clientId, tenant_id: tenantId, scope: 'read:reports' },
  );
  return `${protectedHeader.alg} ${protectedHeader.typ}, issuer, audience`;
}

/** Long-lived credentials become short-lived tokens. */
export const exchanging: readonly Step<Story>[] = [
  { name: 'exchange the tenant token', run: exchangeTenantToken },
  { name: 'exchange the personal token', run: exchangePersonalToken },
  { name: 'verify with jose and JWKS', run: verifyOffline },
];
