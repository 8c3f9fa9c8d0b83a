import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import type { Credentials } from '../world/deployment.ts';
import type { World } from '../world/world.ts';

let serial = 0;

/** A tenant token that holds these permissions of the management API, and nothing else. */
export async function arrangeTenantManager(
  world: World,
  tenantId: string,
  permissions: readonly SystemPermission[],
): Promise<Credentials> {
  serial += 1;
  const role = await world.manage('POST', '/v1/roles', {
    key: `tenant-manager-${serial}`,
    name: 'Tenant manager',
    level: 10,
    permissions: permissions.map((value) => ({ api: `${world.url}/v1/`, value })),
  });
  const { id } = role.body as { id: string };
  const path = `/v1/tenants/${tenantId}/api-tokens`;
  const { body } = await world.manage('POST', path, { description: 'tenant manager', roleIds: [id] });
  return body as Credentials;
}
