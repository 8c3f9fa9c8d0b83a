import { createHash } from 'node:crypto';
import type { AssertionMemory } from '#shared/domain/crypto-ports.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { putIf } from './conditional-write.ts';
import { documentClient } from './document-client.ts';

/** Keeps redeemed assertions in the Tokens table until they are refused for their age anyway, whether DynamoDB has removed them or not. */
export function dynamoAssertionMemory(environment: Environment): AssertionMemory {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    redeem: ({ clientId, jti, endsAtSeconds }, nowSeconds) => {
      const Key = { key: `assertion#${clientId}#${createHash('sha256').update(jti).digest('base64url')}` };
      return putIf(client, {
        TableName,
        Key,
        Item: { ...Key, freeAt: endsAtSeconds, removeAt: endsAtSeconds },
        ConditionExpression: 'attribute_not_exists(#key) OR freeAt <= :now',
        ExpressionAttributeNames: { '#key': 'key' },
        ExpressionAttributeValues: { ':now': nowSeconds },
      });
    },
  };
}
