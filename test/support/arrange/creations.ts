import type { Credentials, World } from '../world/world.ts';

/** A permission: the identifier of its API, and its value. */
export interface PermissionName {
  readonly api: string;
  readonly value: string;
}

let serial = 0;

/** The id of a new role with these permissions. */
export async function createRole(world: World, permissions: readonly PermissionName[], level = 100): Promise<string> {
  serial += 1;
  const role = { key: `role-of-test-${serial}`, name: 'Role', level, permissions };
  return (await create<{ id: string }>(world, '/v1/roles', role)).id;
}

/** A new API with these permissions. */
export async function createApi(world: World, identifier: string, permissions: readonly string[]): Promise<void> {
  const declared = permissions.map((value) => ({ value }));
  await create(world, '/v1/apis', { identifier, name: 'API', permissions: declared });
}

/** A new tenant token. */
export function createApiToken(
  world: World,
  tenantId: string,
  request: { readonly roleIds: readonly string[]; readonly expiresInSeconds?: number },
): Promise<Credentials> {
  return create(world, `/v1/tenants/${tenantId}/api-tokens`, { description: 'of a test', ...request });
}

async function create<Body>(world: World, path: string, body: unknown): Promise<Body> {
  const reply = await world.manage('POST', path, body);
  if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.text}`);
  return reply.body as Body;
}
