import { dynamoClientWriter } from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import type { Subject } from '#shared/domain/records/client.ts';
import { serviceUserKey, tenantKey } from '#shared/domain/records/principals.ts';
import { repeat } from '../ask/concurrent-calls.ts';
import { aClient, aMembership, aServiceUser, aTenant, keyOfMembership } from '../ports/records.ts';
import { itemsOf } from '../stored/table-items.ts';
import type { World } from '../world/world.ts';
import { settingsOf } from './settings.ts';

/** How many records of each kind a tenant gets. */
interface Sizes {
  readonly tenantTokens: number;
  /** Members, each with a personal token. */
  readonly members: number;
  /** Service users, each with a secret. */
  readonly serviceUsers: number;
}

let serial = 0;

/** Writes a tenant and all its records into the tables without the product, because HTTP would take too long. */
export async function storeTenant(world: World, sizes: Sizes): Promise<string> {
  serial += 1;
  // Of one length, so that no id is a part of another.
  const tenantId = `ten_stored${String(serial).padStart(4, '0')}`;
  const environment = settingsOf(world);
  const [clients, directory] = [dynamoClientWriter(environment), dynamoDirectoryWriter(environment)];
  const version = { createdAtSeconds: world.clock.nowSeconds(), version: 1 };
  const storeClient = (name: string | number, subject: Subject) =>
    clients.insert(aClient({ id: `cli_${tenantId}_${name}`, subject, ...version }));

  await directory.insert(tenantKey(tenantId), aTenant({ id: tenantId, ...version }));
  await repeat(sizes.tenantTokens, (index) => storeClient(index, { type: 'tenant', tenantId }));
  await repeat(sizes.members, async (index) => {
    const member = aMembership({ id: `mem_${index}`, tenantId, userId: `usr_${tenantId}_${index}`, ...version });
    await directory.insert(keyOfMembership(member), member);
    await storeClient(`member${index}`, { type: 'user', tenantId, userId: member.userId, membershipId: member.id });
  });
  await repeat(sizes.serviceUsers, async (index) => {
    const serviceUserId = `svc_${tenantId}_${index}`;
    await directory.insert(serviceUserKey(serviceUserId), aServiceUser({ id: serviceUserId, tenantId, ...version }));
    await storeClient(`service${index}`, { type: 'serviceUser', tenantId, serviceUserId });
  });
  return tenantId;
}

/** The items of the workspace's tables that mention an id anywhere, without the audit log. */
export async function itemsNaming(id: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const items = await Promise.all((['clients', 'directory', 'tokens'] as const).map(itemsOf));
  return items.flat().filter((item) => JSON.stringify(item).includes(id));
}
