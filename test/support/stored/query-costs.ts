import { DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { World } from '../world/world.ts';

/** The cost of the queries of an act: their number, the items that DynamoDB read, and the capacity it counted. */
export interface QueryCost {
  readonly queries: number;
  readonly itemsRead: number;
  readonly capacityUnits: number;
}

/**
 * Puts the recorded queries of an act to the engine again, asking what they cost. Nothing else may be going on in this
 * world meanwhile.
 */
export async function queryCostOf(world: World, act: () => Promise<unknown>): Promise<QueryCost> {
  world.dynamo.forget();
  await act();
  const queries = world.dynamo.bodies.filter((_, index) => world.dynamo.calls[index] === 'Query');
  const client = new DynamoDBClient({ endpoint: world.dynamo.engine.url });
  const answers = await Promise.all(
    queries.map((body) =>
      client.send(new QueryCommand({ ...(JSON.parse(body) as QueryCommandInput), ReturnConsumedCapacity: 'TOTAL' })),
    ),
  );
  client.destroy();
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value = 0) => total + value, 0);
  return {
    queries: queries.length,
    itemsRead: sum(answers.map(({ ScannedCount }) => ScannedCount)),
    capacityUnits: sum(answers.map(({ ConsumedCapacity }) => ConsumedCapacity?.CapacityUnits)),
  };
}
