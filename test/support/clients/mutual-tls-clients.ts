import type { Acme, Credentials, World } from '../world/world.ts';
import { createApplication, grantPermissions } from './applications.ts';
import type { ClientIdentity } from './certificates.ts';

/** A new application that may read reports, registered as the request says. */
export async function registerForMutualTls(world: World, acme: Acme, registration: object): Promise<Credentials> {
  const application = await createApplication(world, registration);
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return application;
}

/** What an application registers whose certificate vouches for itself. */
export function byOwnKey({ publicJwk }: Pick<ClientIdentity, 'publicJwk'>) {
  return { tokenEndpointAuthMethod: 'self_signed_tls_client_auth', jwks: { keys: [publicJwk] } };
}

/** What an application registers whose certificate an authority has issued. */
export function byName(names: object) {
  return { tokenEndpointAuthMethod: 'tls_client_auth', ...names };
}
