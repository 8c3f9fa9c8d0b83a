import { deepStrictEqual, partialDeepStrictEqual } from 'node:assert/strict';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { REPORTS } from './founding.ts';
import { postForm } from './requests.ts';
import type { Credentials, Story } from './story.ts';
import type { Step } from './tell.ts';

/** The audience of an exchange, and the scope that it must return. */
interface Access {
  readonly audience: string;
  readonly scope: string;
}

const READING: Access = { audience: REPORTS, scope: 'read:reports' };
const WRITING: Access = { audience: REPORTS, scope: 'read:reports write:reports' };

async function exchangeTenantToken(story: Story): Promise<string> {
  story.tenantAccessToken = await exchange(story, story.tenantToken, WRITING);
  return `${story.tenantAccessToken} read and write`;
}

async function exchangePersonalToken(story: Story): Promise<string> {
  story.personalAccessToken = await exchange(story, story.personalToken, READING);
  return `${story.personalAccessToken} read, as Ada's roles say`;
}

async function exchangeManagerToken(story: Story): Promise<string> {
  const scope = 'write:tenant-tokens';
  const access = { audience: `${story.url}/v1/`, scope };
  story.managerAccessToken = await exchange(story, story.managerToken, access);
  return `${story.managerAccessToken} ${scope}`;
}

async function exchangeServiceUserSecret(story: Story): Promise<string> {
  const token = await exchange(story, story.serviceUserSecret, READING);
  deepStrictEqual(decodeJwt(token).sub, story.serviceUserId);
  return `${token} read, as its roles say`;
}

async function exchange(story: Story, credentials: Credentials, { audience, scope }: Access): Promise<string> {
  const { status, body } = await postForm<{ access_token: string }>(story, '/oauth/token', credentials, {
    grant_type: 'client_credentials',
    audience,
  });
  const { access_token: token, ...rest } = body;
  deepStrictEqual({ status, ...rest }, { status: 200, token_type: 'Bearer', expires_in: 3_600, scope });
  return token;
}

/** Exchanges the tenant token with this secret, and expects the same access as before. */
export async function exchangeAsBefore(story: Story, credentials: Credentials): Promise<string> {
  return `${await exchange(story, credentials, WRITING)} read and write`;
}

/** Expects that an exchange with these credentials is refused. */
export async function refuseExchange(story: Story, credentials: Credentials): Promise<string> {
  const answer = await postForm(story, '/oauth/token', credentials, { grant_type: 'client_credentials' });
  partialDeepStrictEqual(answer, { status: 401, body: { error: 'invalid_client' } });
  return '401 invalid_client';
}

/** Verifies a token as any API does, with a JWT library. The API knows only the issuer's URL. */
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

/** Exchanges long-lived credentials for short-lived access tokens. */
export const exchanging: readonly Step<Story>[] = [
  { name: 'exchange the tenant token', headline: 'get an access token for it', run: exchangeTenantToken },
  { name: 'exchange the personal token', run: exchangePersonalToken },
  { name: 'exchange the manager token', run: exchangeManagerToken },
  { name: 'exchange as service user', run: exchangeServiceUserSecret },
  { name: 'verify with jose and JWKS', headline: 'verify a token with jose', run: verifyOffline },
];
