import { BatchGetCommand, type BatchGetCommandOutput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { unavailable } from '#shared/domain/errors.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';

/** How many items one BatchGetItem may ask for (limit of DynamoDB). */
export const BATCH_KEYS_MAX = 100;

const BATCH_ROUNDS_MAX = 3;

type Requested = NonNullable<BatchGetCommandOutput['UnprocessedKeys']>;

type Item = Readonly<Record<string, unknown>>;

/**
 * Reads up to 100 items with BatchGetItem. The result has the items that exist, by table name. DynamoDB may leave keys
 * unprocessed; these are asked for again, in at most 3 calls.
 * @throws DomainError `temporarily_unavailable` if a call fails, and if keys stay unprocessed
 */
export async function batchGet(
  client: DynamoDBDocumentClient,
  request: Requested,
): Promise<Readonly<Record<string, readonly Item[]>>> {
  const found: Record<string, Item[]> = {};
  let pending: Requested | undefined = request;
  for (let round = 0; round < BATCH_ROUNDS_MAX && Object.keys(pending ?? {}).length > 0; round += 1) {
    const answer: BatchGetCommandOutput = await client
      .send(new BatchGetCommand({ RequestItems: pending }))
      .catch(rethrowAsUnavailable);
    for (const [table, items] of Object.entries(answer.Responses ?? {})) {
      found[table] = [...(found[table] ?? []), ...items];
    }
    pending = answer.UnprocessedKeys;
  }
  if (Object.keys(pending ?? {}).length > 0) throw unavailable(new Error('DynamoDB left keys unprocessed.'));
  return found;
}
