import type { Desk, Prepare } from './desk.ts';

/** Requests about identity providers. */
export function identityProviderRequests({ manage, create }: Desk) {
  const collection = '/v1/identity-providers';
  const newOne = {
    name: 'Acme',
    type: 'oidc',
    issuer: 'https://login.example.com',
    clientId: 'mintmark',
    clientSecret: 'of-the-provider',
  };
  const existing = async () => `${collection}/${(await create(collection, newOne)).id}`;
  return {
    createIdentityProvider: async () => manage('POST', collection, newOne),
    listIdentityProviders: async () => manage('GET', collection),
    getIdentityProvider: async () => manage('GET', await existing()),
    updateIdentityProvider: async () => manage('PATCH', await existing(), { enabled: false }),
    deleteIdentityProvider: async () => manage('DELETE', await existing()),
  } satisfies Record<string, Prepare>;
}
