import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { unavailable } from '#shared/domain/errors.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';

interface ConditionalPut extends Omit<PutCommandInput, 'Item' | 'ConditionExpression'> {
  readonly Item: Readonly<Record<string, unknown>>;
  readonly ConditionExpression: string;
  /** The primary key of the item. `putIf` reads the item with it if the condition fails. */
  readonly Key: Readonly<Record<string, string>>;
}

/**
 * Writes an item if its condition holds. The result is false if it does not hold. If the reply of a write is lost, the
 * SDK repeats the write, and then the condition fails because of the first attempt. So each item has a nonce: if the
 * stored nonce is the same, this call has written the item.
 * @throws DomainError `temporarily_unavailable`
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

/**
 * Turns the error of a failed condition into false, for `.catch`.
 * @throws DomainError `temporarily_unavailable` for other errors
 */
export function falseWhereConditionFailed(error: unknown): false {
  if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
  throw unavailable(error);
}
