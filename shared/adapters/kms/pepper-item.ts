import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { documentClient } from '../dynamo/document-client.ts';
import { required } from '../node/environment.ts';

/** Where the Directory table keeps the peppers. */
export const PEPPER_KEY = { key: 'pepper#workspace' };

/** Ties the wrapped key to its purpose: KMS unwraps it for nobody who does not say the same. */
export const PEPPER_CONTEXT = { mintmark: 'pepper' };

const pepper = z.object({ wrapped: z.string(), createdAtSeconds: z.int().optional() });

/** The wrapped peppers, the current one first; more than one only while a rotation overlaps. */
const itemSchema = z.object({
  peppers: z.tuple([pepper], pepper),
  /** Another one with every write. */
  nonce: z.string(),
});

/** The item as it stands; undefined before the workspace is founded. */
export async function readPepperItem(environment: Environment): Promise<z.output<typeof itemSchema> | undefined> {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const { Item } = await documentClient(environment)
    .send(new GetCommand({ TableName, Key: PEPPER_KEY, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return Item && itemSchema.parse(Item);
}
