import type { World } from '../world/world.ts';

/** What an act asked of DynamoDB, KMS and bcrypt, in calls. */
export interface Cost {
  readonly reads: number;
  readonly writes: number;
  /** Names of the KMS operations. */
  readonly kms: readonly string[];
  readonly comparisons: number;
}

export const FREE: Cost = { reads: 0, writes: 0, kms: [], comparisons: 0 };

const READS = ['BatchGetItem', 'GetItem', 'Query', 'Scan'];

/** Counts what an act costs; nothing else may be going on in this world meanwhile. */
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
