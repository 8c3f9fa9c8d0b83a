import { PutCommand } from '@aws-sdk/lib-dynamodb';
import QuickLRU from 'quick-lru';
import * as z from 'zod';
import type { UsageNotes, UsageReader } from '#shared/domain/authentication/ports.ts';
import { credentialKey } from '#shared/domain/authentication/usage.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { BATCH_KEYS_MAX, batchGet } from '../batch-get.ts';
import { falseWhereConditionFailed } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

/** How exact the time of a use is. */
const PRECISION_SECONDS = 300;

/** The request for an access token waits for the note at most this long. */
const NOTE_MILLISECONDS_MAX = 250;

const REMEMBERED_SECONDS = 31_536_000;

const REMEMBERED_CREDENTIALS_MAX = 10_000;

const itemSchema = z.object({ key: z.string(), usedAt: z.int() });

const keyOf = (credential: string) => `used#${credential}`;

/**
 * Notes in the Tokens table when a credential was used. The note is an item of its own, so a use does not write the
 * client. Each process tries to write a note once in five minutes, and DynamoDB accepts the note of one process.
 */
export function dynamoUsageNotes(environment: Environment): UsageNotes {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  const noted = new QuickLRU<string, number>({ maxSize: REMEMBERED_CREDENTIALS_MAX });
  return {
    note: async (credential, nowSeconds) => {
      const name = credentialKey(credential);
      const bucket = nowSeconds - (nowSeconds % PRECISION_SECONDS);
      if (noted.get(name) === bucket) return;
      // This comes before the write, so that a failing table is not asked with every request.
      noted.set(name, bucket);
      const put = new PutCommand({
        TableName,
        Item: { key: keyOf(name), usedAt: nowSeconds, removeAt: nowSeconds + REMEMBERED_SECONDS },
        ConditionExpression: 'attribute_not_exists(usedAt) OR usedAt < :bucket',
        ExpressionAttributeValues: { ':bucket': bucket },
      });
      const abortSignal = AbortSignal.timeout(NOTE_MILLISECONDS_MAX);
      await client.send(put, { abortSignal }).catch(falseWhereConditionFailed);
    },
  };
}

/** Reads when credentials were used last, in seconds since 1970. One call reads up to 100 notes. */
export function dynamoUsageReader(environment: Environment): UsageReader {
  const table = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  const read = async (names: readonly string[]) => {
    const found = await batchGet(client, { [table]: { Keys: names.map((name) => ({ key: keyOf(name) })) } });
    return (found[table] ?? []).map((item) => itemSchema.parse(item));
  };
  return {
    lastUses: async (credentials) => {
      const names = credentials.map(credentialKey);
      const batches = Array.from({ length: Math.ceil(names.length / BATCH_KEYS_MAX) }, (_, batch) =>
        names.slice(batch * BATCH_KEYS_MAX, (batch + 1) * BATCH_KEYS_MAX),
      );
      const items = (await Promise.all(batches.map(read))).flat();
      return new Map(items.map(({ key, usedAt }) => [key.slice(keyOf('').length), usedAt]));
    },
  };
}
