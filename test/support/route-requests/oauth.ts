import { REPORTS } from '../world.ts';
import type { Desk, Prepare } from './desk.ts';

/** Requests for the OAuth endpoints and for what anybody may read. */
export function oauthRequests({ form, tokenOfTenant }: Desk) {
  const get = (path: string) => async () => ({ method: 'GET', path, headers: {} });
  return {
    token: async () => form('/oauth/token', { grant_type: 'client_credentials', audience: REPORTS }),
    introspect: async () => form('/oauth/introspect', { token: await tokenOfTenant() }),
    revoke: async () => form('/oauth/revoke', { token: await tokenOfTenant() }),
    jwks: get('/.well-known/jwks.json'),
    authorizationServerMetadata: get('/.well-known/oauth-authorization-server'),
    openidConfiguration: get('/.well-known/openid-configuration'),
  } satisfies Record<string, Prepare>;
}
