import { issuerKey } from '../elsewhere/local-issuer.ts';
import type { Deployment } from '../world/deployment.ts';
import type { Acme } from '../world/world.ts';
import { createApplication, grantPermissions } from './applications.ts';
import {
  type AssertionChange,
  type AssertionKey,
  CLIENT_ASSERTION_TYPE,
  type HereAndNow,
  signAssertion,
} from './service-user-keys.ts';

/** A key pair of an application: what it registers, and what it signs with. */
export interface ApplicationKey extends Omit<AssertionKey, 'principalId'> {
  readonly jwk: Readonly<Record<string, string>>;
}

/** A new key pair; ES256 is quickly made. */
export function applicationKey(algorithm = 'ES256', kid = 'first'): ApplicationKey {
  const { jwk, privateKey } = issuerKey(algorithm, kid);
  return { kid, algorithm, jwk, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

/** A new application that authenticates with these keys and may read reports: one signing key for each. */
export async function createSigningApplication(
  world: Deployment,
  acme: Acme,
  keys: readonly ApplicationKey[],
  registration: object = { jwks: { keys: keys.map(({ jwk }) => jwk) } },
): Promise<readonly AssertionKey[]> {
  const application = await createApplication(world, {
    tokenEndpointAuthMethod: 'private_key_jwt',
    ...registration,
  });
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return keys.map((key) => ({ ...key, principalId: application.clientId }));
}

/** The members with which an application authenticates by assertion (RFC 7523 §2.2). */
export async function applicationAssertion(here: HereAndNow, key: AssertionKey, change: AssertionChange = {}) {
  return { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: await signAssertion(here, key, change) };
}
