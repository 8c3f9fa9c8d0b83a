import { CompactSign, type JWTPayload } from 'jose';
import { grantPermissions, type RegisteredApi, registerApi } from '../clients/applications.ts';
import type { Credentials, Deployment } from '../world/deployment.ts';
import { succeed } from './manage.ts';

/** A signing secret as it is shown once. */
export interface MadeSecret {
  readonly kid: string;
  readonly signingSecret: string;
  readonly signsFrom: string;
}

/** An API that verifies by a secret. */
export type SecretApi = RegisteredApi & MadeSecret;

/** The path of the signing secrets of an API. */
export const secretsOf = (apiId: string) => `/v1/apis/${apiId}/signing-secrets`;

/**
 * Makes a signing secret of the API.
 * @throws Error if the request is refused
 */
export function makeSecret(world: Deployment, apiId: string, body: object = {}): Promise<MadeSecret> {
  return succeed<MadeSecret>(world.manage('POST', secretsOf(apiId), body));
}

/** Asks for another signing algorithm of the API. Answers the reply, which can be a refusal. */
export function chooseAlgorithm(world: Deployment, apiId: string, signingAlgorithm: string) {
  return world.manage('PATCH', `/v1/apis/${apiId}`, { signingAlgorithm });
}

/** An API that verifies by a secret, at which the application may read. */
export async function arrangeSecretApi(world: Deployment, application: Credentials): Promise<SecretApi> {
  const api = await registerApi(world, ['read']);
  await grantPermissions(world, application, api.id, 'all');
  const made = await makeSecret(world, api.id);
  await succeed(chooseAlgorithm(world, api.id, 'HS256'));
  return { ...api, ...made };
}

/** The bytes of a signing secret. */
export function keyOf({ signingSecret }: Pick<MadeSecret, 'signingSecret'>): Buffer {
  return Buffer.from(signingSecret, 'base64url');
}

/** A token with these claims, signed with a shared key. */
export function signWithKey(
  claims: JWTPayload,
  header: { readonly alg: string; readonly kid: string; readonly typ?: string },
  key: Uint8Array,
): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ typ: 'at+jwt', ...header })
    .sign(key);
}
