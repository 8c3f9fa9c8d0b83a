import type { Grantee } from '#shared/domain/records/permissions.ts';
import type { Credentials, Deployment } from '../world/deployment.ts';

let serial = 0;

/** A new application with its first secret and without grants. */
export async function createApplication(world: Deployment, request: object = {}): Promise<Credentials> {
  serial += 1;
  return (await create('POST', world, '/v1/applications', {
    name: `application ${serial}`,
    ...request,
  })) as Credentials;
}

/** An API and its identifier, which is the audience of its tokens. */
export interface RegisteredApi {
  readonly id: string;
  readonly identifier: string;
}

/** A new API that declares these permissions. */
export async function registerApi(
  world: Deployment,
  permissions: readonly string[],
  request: object = {},
): Promise<RegisteredApi> {
  serial += 1;
  const declared = permissions.map((value) => ({ value }));
  const api = { identifier: `https://api.example.com/${serial}`, name: 'API', permissions: declared, ...request };
  return (await create('POST', world, '/v1/apis', api)) as RegisteredApi;
}

/** Sets the permissions that an application may ask for at an API, for itself or for its users. */
export async function grantPermissions(
  world: Deployment,
  { clientId }: Credentials,
  apiId: string,
  permissions: readonly string[] | 'all',
  grantee: Grantee = 'client',
): Promise<void> {
  await create('PUT', world, `/v1/applications/${clientId}/grants/${apiId}`, { permissions, for: grantee });
}

async function create(method: 'POST' | 'PUT', world: Deployment, path: string, body: unknown): Promise<unknown> {
  const reply = await world.manage(method, path, body);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`);
  return reply.body;
}
