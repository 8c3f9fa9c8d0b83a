import type { Credentials, Deployment } from '../world/deployment.ts';

let serial = 0;

/** The path of a new service user with these roles. */
export async function createServiceUser(
  world: Deployment,
  tenantId: string,
  roleIds: readonly string[],
): Promise<string> {
  serial += 1;
  const collection = `/v1/tenants/${tenantId}/service-users`;
  const { id } = await createAt<{ id: string }>(world, collection, { name: `service user ${serial}`, roleIds });
  return `${collection}/${id}`;
}

/** A new secret of the service user at this path. */
export function createServiceUserSecret(world: Deployment, path: string): Promise<Credentials> {
  return createAt(world, `${path}/secrets`, { title: 'of a test' });
}

/** The body of a creation that must succeed. */
export async function createAt<Body>(world: Deployment, path: string, body: unknown): Promise<Body> {
  const reply = await world.manage('POST', path, body);
  if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.text}`);
  return reply.body as Body;
}
