import type { IdentityProviders } from '#shared/domain/identities/ports.ts';
import type { IdentityProvider } from '#shared/domain/people-records/identity-provider.ts';
import type { RemoteSender } from '../remote/guarded-request.ts';
import { gitHub } from './github.ts';
import { openIdConnect } from './open-id-connect.ts';
import { providerFetch } from './provider-fetch.ts';

/** Speaks with every type of identity provider, each in its own protocol. Tests give another sender. */
export function upstreamProviders(_environment?: unknown, send?: RemoteSender): IdentityProviders {
  const fetch = providerFetch(send);
  const protocols = { github: gitHub(fetch), oidc: openIdConnect(fetch) };
  const protocolOf = ({ type }: IdentityProvider) => (type === 'github' ? protocols.github : protocols.oidc);
  return {
    addressFor: (provider, request) => protocolOf(provider).addressFor(provider, request),
    redeem: (provider, answer) => protocolOf(provider).redeem(provider, answer),
  };
}
