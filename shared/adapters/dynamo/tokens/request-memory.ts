import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { RememberedReply, RequestMemory } from '#shared/domain/requests.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../../aws-client.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

/** How long an idempotency key is remembered: a day, as in other products. */
const REMEMBERED_SECONDS = 86_400;

/** A creation that runs longer than this was interrupted, because the timeout of the function is shorter. */
const ABANDONED_AFTER_SECONDS = 30;

const itemSchema = z.object({
  fingerprint: z.string(),
  reply: z
    .string()
    .transform((text) => JSON.parse(text) as RememberedReply)
    .optional(),
});

/** Remembers running and finished creations by idempotency key, in the Tokens table, for a day. */
export function dynamoRequestMemory(environment: Environment): RequestMemory {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  const keyOf = (name: string) => ({ key: `idempotency#${name}` });
  return {
    begin: async (name, fingerprint, nowSeconds) => {
      const Key = keyOf(name);
      const wasBegun = await putIf(client, {
        TableName,
        Key,
        Item: {
          ...Key,
          fingerprint,
          freeAt: nowSeconds + ABANDONED_AFTER_SECONDS,
          removeAt: nowSeconds + REMEMBERED_SECONDS,
        },
        ConditionExpression: 'attribute_not_exists(#key) OR freeAt < :now',
        ExpressionAttributeNames: { '#key': 'key' },
        ExpressionAttributeValues: { ':now': nowSeconds },
      });
      if (wasBegun) return undefined;
      const { Item } = await client
        .send(new GetCommand({ TableName, Key, ConsistentRead: true }))
        .catch(rethrowAsUnavailable);
      return itemSchema.parse(Item ?? { fingerprint });
    },
    finish: async (name, fingerprint, reply, nowSeconds) => {
      const until = nowSeconds + REMEMBERED_SECONDS;
      const Item = { ...keyOf(name), fingerprint, reply: JSON.stringify(reply), freeAt: until, removeAt: until };
      await client.send(new PutCommand({ TableName, Item })).catch(rethrowAsUnavailable);
    },
    forget: async (name) => {
      await client.send(new DeleteCommand({ TableName, Key: keyOf(name) })).catch(rethrowAsUnavailable);
    },
  };
}
