import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Revocations } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

/** Verifiers with clocks a little behind may still look a token up after its expiry. */
const KEPT_AFTER_EXPIRY_SECONDS = 3_600;

/** The Tokens table's key of what says that a token, or a family of tokens, is revoked. */
export function revocationKey(id: string): string {
  return `revoked#${id}`;
}

/** Marks tokens and families as revoked. Writing the mark twice changes nothing, and none is ever kept for less time. */
export function dynamoRevocations(environment: Environment): Revocations {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    revoke: async (id, expiresAtSeconds) => {
      const removeAt = expiresAtSeconds + KEPT_AFTER_EXPIRY_SECONDS;
      const mark = new PutCommand({
        TableName,
        Item: { key: revocationKey(id), removeAt },
        ConditionExpression: 'attribute_not_exists(removeAt) OR removeAt < :removeAt',
        ExpressionAttributeValues: { ':removeAt': removeAt },
      });
      await client.send(mark).catch(falseWhereConditionFailed);
    },
  };
}
