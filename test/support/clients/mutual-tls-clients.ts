import type { Acme, Credentials, World } from '../world/world.ts';
import { createApplication, grantPermissions } from './applications.ts';
import type { ClientIdentity } from './certificates.ts';

/** A new application that may read reports, registered as the request says. */
export async function registerForMutualTls(world: World, acme: Acme, registration: object): Promise<Credentials> {
  const application = await createApplication(world, registration);
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return application;
}

/** The registration of an application with a self-signed certificate. */
export function byOwnKey({ publicJwk }: Pick<ClientIdentity, 'publicJwk'>) {
  return { tokenEndpointAuthMethod: 'self_signed_tls_client_auth', jwks: { keys: [publicJwk] } };
}

/** The registration of an application with a certificate of an authority. */
export function byName(names: object) {
  return { tokenEndpointAuthMethod: 'tls_client_auth', ...names };
}
