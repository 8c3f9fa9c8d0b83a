import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { IssuanceCounter } from '#shared/domain/access/token-quota.ts';
import type { TokenQuota } from '#shared/domain/records/client.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../../aws-client.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

const DAY_SECONDS = 86_400;

const HOUR_SECONDS = 3_600;

/** A count is kept for a second day, because the clocks of processes may differ. */
const KEPT_DAYS = 2;

const countsSchema = z.record(z.string(), z.unknown());

/**
 * Counts issued tokens in the Tokens table. Each client has one item a day, with a sum for the day and a sum for each
 * hour. One conditional `ADD` checks both limits and adds to both sums, so the sums always agree.
 */
export function dynamoIssuance(environment: Environment): IssuanceCounter {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    count: async (clientId, quota, nowSeconds) => {
      const day = Math.floor(nowSeconds / DAY_SECONDS);
      const hour = `hour${Math.floor((nowSeconds % DAY_SECONDS) / HOUR_SECONDS)}`;
      const Key = { key: `quota#${clientId}#${day}` };
      const added = await client
        .send(
          new UpdateCommand({
            TableName,
            Key,
            UpdateExpression: 'ADD #day :one, #hour :one SET removeAt = :removeAt',
            ExpressionAttributeNames: { '#day': 'day', '#hour': hour },
            ExpressionAttributeValues: { ':one': 1, ':removeAt': (day + KEPT_DAYS) * DAY_SECONDS, ...limitsOf(quota) },
            ...conditionOf(quota),
            ReturnValues: 'ALL_NEW',
          }),
        )
        .catch(falseWhereConditionFailed);
      const counts = countsSchema.parse(added ? added.Attributes : await readCounts(client, TableName, Key));
      return { isCounted: added !== false, inHour: Number(counts[hour] ?? 0), inDay: Number(counts.day ?? 0) };
    },
  };
}

function limitsOf({ enforce, perHour, perDay }: TokenQuota) {
  if (!enforce) return {};
  return { ...(perHour !== null && { ':perHour': perHour }), ...(perDay !== null && { ':perDay': perDay }) };
}

function conditionOf({ enforce, perHour, perDay }: TokenQuota) {
  if (!enforce) return {};
  const within = [
    ...(perHour === null ? [] : ['(attribute_not_exists(#hour) OR #hour < :perHour)']),
    ...(perDay === null ? [] : ['(attribute_not_exists(#day) OR #day < :perDay)']),
  ];
  return { ConditionExpression: within.join(' AND ') };
}

/** Reads the counts for the answer to a refused client. */
async function readCounts(client: DynamoDBDocumentClient, TableName: string, Key: { readonly key: string }) {
  const { Item } = await client
    .send(new GetCommand({ TableName, Key, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return Item ?? {};
}
