import '../isolation.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { type Adapter, Provider } from 'oidc-provider';
import type { Credentials } from '../requests.ts';
import { obtainToken, type Store, serveContender } from './contender.ts';
import { dynamoAdapters } from './dynamo-adapter.ts';
import { LEDGER, LIFETIME_SECONDS, SCOPE } from './ledger.ts';

const ISSUER = 'https://auth.example.com';

/** The audience of opaque tokens. The introspection of oidc-provider does not accept JWTs. */
const OPAQUE = 'https://api.example.com/opaque';

const client: Credentials = { clientId: 'cli_peer', clientSecret: 'a'.repeat(56) };
const clientMetadata = {
  client_id: client.clientId,
  client_secret: client.clientSecret,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  id_token_signed_response_alg: 'ES256',
  scope: SCOPE,
};

async function openProvider(openAdapter: (model: string) => Adapter): Promise<Provider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return new Provider(ISSUER, {
    adapter: openAdapter,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    scopes: [SCOPE],
    routes: { token: '/oauth/token', introspection: '/oauth/introspect' },
    ttl: { ClientCredentials: LIFETIME_SECONDS },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: SCOPE,
          audience: LEDGER,
          accessTokenTTL: LIFETIME_SECONDS,
          ...(resource === OPAQUE
            ? { accessTokenFormat: 'opaque' }
            : { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
        }),
      },
    },
  });
}

/** Stores records in memory. It does the same as the memory adapter of oidc-provider, which is not exported. */
function memoryAdapters(): (model: string) => Adapter {
  const kept = new Map<string, object>();
  return (model) => ({
    find: async (id) => kept.get(`${model}:${id}`),
    upsert: async (id, payload) => void kept.set(`${model}:${id}`, payload),
  });
}

/** Runs oidc-provider as a contender. Argument: the store. */
if (import.meta.main) {
  const store = process.argv[2] as Store;
  const openAdapter = store === 'memory' ? memoryAdapters() : await dynamoAdapters();
  await openAdapter('Client').upsert(client.clientId, clientMetadata, 0);
  const provider = await openProvider(openAdapter);
  await serveContender(provider.callback(), async (url) => ({
    client,
    introspected: await obtainToken(url, client, OPAQUE),
  }));
}
