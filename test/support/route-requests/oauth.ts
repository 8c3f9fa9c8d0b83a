import type { TokenStatus } from '#shared/domain/tokens/claims.ts';
import { basic, type Credentials } from '../world/deployment.ts';
import { REPORTS } from '../world/world.ts';
import type { Desk, Prepare } from './desk.ts';

const REDIRECT_URI = 'https://app.example.com/callback';

/** Requests for the OAuth endpoints and the public documents. */
export function oauthRequests({ form, tokenOfTenant, tokenOfUser, create, next }: Desk) {
  const get = (path: string) => async () => ({ method: 'GET', path, headers: {} });
  /** The status list of a token for a new API. */
  const list = async () => {
    const api = { identifier: `https://api.example.com/listed/${next()}`, name: 'Listed', statusList: true };
    const { id } = await create('/v1/apis', { ...api, permissions: [{ value: 'read' }] });
    const { clientId } = await create<{ clientId: string }>('/v1/applications', { name: 'Gateway' });
    await create(`/v1/applications/${clientId}/grants/${id}`, { permissions: 'all' }, 'PUT');
    const { claims } = await create<{ claims: { status: TokenStatus } }>(`/v1/apis/${id}/test`, { clientId });
    return { method: 'GET', path: new URL(claims.status.status_list.uri).pathname, headers: {} };
  };
  const userInfo = (method: 'GET' | 'POST') => async () => ({
    method,
    path: '/oauth/userinfo',
    headers: { authorization: `Bearer ${await tokenOfUser('openid email')}` },
  });
  /** One application pushes all requests, so that its use is noted once, as with a client that calls often. */
  let application: Promise<Credentials> | undefined;
  const createPushing = () =>
    create<Credentials>('/v1/applications', {
      name: 'Pushing',
      party: 'third',
      redirectUris: [REDIRECT_URI],
      grantTypes: ['authorization_code'],
    });
  return {
    statusList: list,
    userInfo: userInfo('GET'),
    userInfoByPost: userInfo('POST'),
    token: async () => form('/oauth/token', { grant_type: 'client_credentials', audience: REPORTS }),
    introspect: async () => form('/oauth/introspect', { token: await tokenOfTenant() }),
    revoke: async () => form('/oauth/revoke', { token: await tokenOfTenant() }),
    pushRequest: async () => {
      application ??= createPushing();
      const request = form('/oauth/par', {
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      return { ...request, headers: { ...request.headers, authorization: basic(await application) } };
    },
    reportLeak: async () => ({
      method: 'POST',
      path: '/v1/leaked-credentials',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credential: await tokenOfTenant() }),
    }),
    jwks: get('/.well-known/jwks.json'),
    signedJwks: get('/.well-known/jwks.jws'),
    authorizationServerMetadata: get('/.well-known/oauth-authorization-server'),
    openidConfiguration: get('/.well-known/openid-configuration'),
    managementApiMetadata: get('/.well-known/oauth-protected-resource/v1/'),
    managementApiMetadataWithoutSlash: get('/.well-known/oauth-protected-resource/v1'),
  } satisfies Record<string, Prepare>;
}
