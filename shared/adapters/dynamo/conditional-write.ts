import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { unavailable } from '#shared/domain/errors.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';

interface ConditionalPut extends Omit<PutCommandInput, 'Item' | 'ConditionExpression'> {
  readonly Item: Readonly<Record<string, unknown>>;
  readonly ConditionExpression: string;
  /** The item's primary key, for reading it back. */
  readonly Key: Readonly<Record<string, string>>;
}

/**
 * Writes an item if its condition holds; false where it does not. A write whose reply was lost is repeated by the
 * SDK and then fails on its own first attempt, so the item carries a nonce: who finds his own has written it.
 */
export async function putIf(
  client: DynamoDBDocumentClient,
  { Key, Item, TableName, ...put }: ConditionalPut,
): Promise<boolean> {
  const nonce = randomUUID();
  const wasWritten = await client
    .send(new PutCommand({ TableName, Item: { ...Item, nonce }, ...put }))
    .then(() => true)
    .catch(falseWhereConditionFailed);
  if (wasWritten) return true;
  const { Item: records } = await client
    .send(new GetCommand({ TableName, Key, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return records?.nonce === nonce;
}

/** For `.catch`: a failed condition is an answer, everything else is a failing dependency. */
export function falseWhereConditionFailed(error: unknown): false {
  if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
  throw unavailable(error);
}
