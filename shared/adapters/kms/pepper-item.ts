import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { documentClient } from '../dynamo/document-client.ts';
import { required } from '../node/environment.ts';

/** The key of the item in the Directory table that holds the wrapped peppers. */
export const PEPPER_KEY = { key: 'pepper#workspace' };

/** The KMS encryption context of peppers. KMS unwraps a pepper only with the context it was wrapped with. */
export const PEPPER_CONTEXT = { mintmark: 'pepper' };

const pepper = z.object({ wrapped: z.string(), createdAtSeconds: z.int().optional() });

/** The wrapped peppers, the current pepper first. There are several only during the overlap of a rotation. */
const itemSchema = z.object({
  peppers: z.tuple([pepper], pepper),
  /** Changes with every write. */
  nonce: z.string(),
});

/**
 * Reads the wrapped peppers (DynamoDB GetItem, strongly consistent). Undefined before the bootstrap of the workspace.
 * @throws DomainError `temporarily_unavailable`
 */
export async function readPepperItem(environment: Environment): Promise<z.output<typeof itemSchema> | undefined> {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const { Item } = await documentClient(environment)
    .send(new GetCommand({ TableName, Key: PEPPER_KEY, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return Item && itemSchema.parse(Item);
}
