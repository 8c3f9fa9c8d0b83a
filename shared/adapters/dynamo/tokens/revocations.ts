import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Revocations } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

/** A mark is kept after the expiry of its token, because a verifier with a slow clock may still ask for it. */
const KEPT_AFTER_EXPIRY_SECONDS = 3_600;

/** Returns the key of the mark that a token, or a family of refresh tokens, is revoked. */
export function revocationKey(id: string): string {
  return `revoked#${id}`;
}

/** Marks tokens and families as revoked, in the Tokens table. A second mark never makes the first one end earlier. */
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
