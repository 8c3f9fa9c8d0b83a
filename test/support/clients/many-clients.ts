import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { World } from '../world/world.ts';

const TableName = 'mintmark-clients';
const BATCH_ITEMS_MAX = 25;
const BATCHES_AT_ONCE = 8;

/** Writes so many API tokens of one tenant past the product and past the proxy that counts, a second apart. */
export async function writeManyApiTokens(world: World, tenantId: string, count: number): Promise<void> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.dynamo.engine.url }));
  const now = world.clock.nowSeconds();
  const write = async (first: number) => {
    const serials = Array.from({ length: Math.min(BATCH_ITEMS_MAX, count - first) }, (_, index) => first + index);
    const puts = serials.map((serial) => ({
      PutRequest: { Item: apiTokenItem(tenantId, serial, now - count + serial) },
    }));
    await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
  };
  const firsts = Array.from({ length: Math.ceil(count / BATCH_ITEMS_MAX) }, (_, batch) => batch * BATCH_ITEMS_MAX);
  for (let done = 0; done < firsts.length; done += BATCHES_AT_ONCE) {
    await Promise.all(firsts.slice(done, done + BATCHES_AT_ONCE).map(write));
  }
  client.destroy();
}

function apiTokenItem(tenantId: string, serial: number, createdAtSeconds: number) {
  const id = `cli_${String(serial).padStart(22, '0')}`;
  const description = `pipeline ${serial}`;
  return {
    id,
    owner: `tenant#${tenantId}`,
    order: `${new Date(createdAtSeconds * 1_000).toISOString()}#${id}`,
    search: `${description}\n${id}\ncli_admin`,
    subject: { type: 'tenant', tenantId },
    description,
    roleIds: [],
    apiIds: [],
    secrets: [],
    status: serial % 10 === 0 ? 'disabled' : 'active',
    createdBy: 'cli_admin',
    createdAtSeconds,
    version: 1,
  };
}
