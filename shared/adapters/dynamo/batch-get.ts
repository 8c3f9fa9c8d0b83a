import { BatchGetCommand, type BatchGetCommandOutput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { unavailable } from '#shared/domain/errors.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';

/** How many items one BatchGetItem may ask for (limit of DynamoDB). */
export const BATCH_KEYS_MAX = 100;

/** How many calls in a row may bring no progress. */
const IDLE_CALLS_MAX = 3;

type Requested = NonNullable<BatchGetCommandOutput['UnprocessedKeys']>;

type Item = Readonly<Record<string, unknown>>;

/**
 * Reads up to 100 items with BatchGetItem. The result has the items that exist, by table name. DynamoDB leaves keys
 * unprocessed if it is busy, and if the items have more than 16 MB together. These keys are asked for again, until three
 * calls in a row bring no progress. So there are at most as many calls as keys, and three more.
 * @throws DomainError `temporarily_unavailable` if a call fails, and if keys stay unprocessed
 */
export async function batchGet(
  client: DynamoDBDocumentClient,
  request: Requested,
): Promise<Readonly<Record<string, readonly Item[]>>> {
  const found: Record<string, Item[]> = {};
  let pending: Requested | undefined = request;
  for (let idleCalls = 0; idleCalls < IDLE_CALLS_MAX && keysIn(pending) > 0; ) {
    const answer: BatchGetCommandOutput = await client
      .send(new BatchGetCommand({ RequestItems: pending }))
      .catch(rethrowAsUnavailable);
    for (const [table, items] of Object.entries(answer.Responses ?? {})) {
      found[table] = [...(found[table] ?? []), ...items];
    }
    idleCalls = keysIn(answer.UnprocessedKeys) < keysIn(pending) ? 0 : idleCalls + 1;
    pending = answer.UnprocessedKeys;
  }
  if (keysIn(pending) > 0) throw unavailable(new Error('DynamoDB left keys unprocessed.'));
  return found;
}

function keysIn(requested: Requested | undefined): number {
  return Object.values(requested ?? {}).reduce((count, { Keys = [] }) => count + Keys.length, 0);
}
