import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { batchGet } from '#shared/adapters/dynamo/batch-get.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';

const TABLE = 'directory';

type Key = Readonly<Record<string, string>>;

const keysOf = (count: number): Key[] => Array.from({ length: count }, (_, serial) => ({ key: `role#${serial}` }));

/** A client whose answers hold so many items each, as DynamoDB's do for large items. It counts its calls. */
function clientThatAnswers(itemsPerCall: number) {
  const seen = { calls: 0 };
  const send = async ({
    input,
  }: {
    readonly input: { readonly RequestItems: { readonly [TABLE]: { Keys: Key[] } } };
  }) => {
    seen.calls += 1;
    const { Keys } = input.RequestItems[TABLE];
    const left = Keys.slice(itemsPerCall);
    return {
      Responses: { [TABLE]: Keys.slice(0, itemsPerCall) },
      UnprocessedKeys: left.length === 0 ? {} : { [TABLE]: { Keys: left } },
    };
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, seen };
}

test.each([
  [1, 100],
  [30, 4],
  [100, 1],
])('Sound 5: reads 100 items when an answer holds %i, in %i calls', async (itemsPerCall, calls) => {
  const { client, seen } = clientThatAnswers(itemsPerCall);
  const found = await batchGet(client, { [TABLE]: { Keys: keysOf(100) } });
  expect([found[TABLE], seen.calls]).toEqual([keysOf(100), calls]);
});

test('Sound 5: stops after three calls that bring nothing', async () => {
  const { client, seen } = clientThatAnswers(0);
  const code = await outcomeOf(batchGet(client, { [TABLE]: { Keys: keysOf(100) } }));
  expect([code, seen.calls]).toEqual(['temporarily_unavailable', 3]);
});
