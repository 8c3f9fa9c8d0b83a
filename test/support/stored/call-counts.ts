import type { World } from '../world/world.ts';

/** The calls that an act made to DynamoDB, KMS and bcrypt. */
export interface Cost {
  readonly reads: number;
  readonly writes: number;
  /** Names of the KMS operations. */
  readonly kms: readonly string[];
  readonly comparisons: number;
}

/** The cost of an act that made no call. */
export const FREE: Cost = { reads: 0, writes: 0, kms: [], comparisons: 0 };

const READS = ['BatchGetItem', 'GetItem', 'Query', 'Scan'];

/** Counts the calls of an act. Nothing else may be going on in this world meanwhile. */
export async function costOf(world: World, act: () => Promise<unknown>): Promise<Cost> {
  world.dynamo.forget();
  world.kms.forget();
  const comparisonsBefore = world.comparisons();
  await act();
  const reads = world.dynamo.calls.filter((operation) => READS.includes(operation)).length;
  return {
    reads,
    writes: world.dynamo.calls.length - reads,
    kms: [...world.kms.calls],
    comparisons: world.comparisons() - comparisonsBefore,
  };
}
