import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ATTEMPT_WINDOW_SECONDS } from '#shared/domain/authentication/attempt-limits.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { documentClient } from '../document-client.ts';

/** A sum is kept for some windows, because the clocks of processes may differ. */
const KEPT_WINDOWS = 3;

const sumSchema = z.object({ failures: z.int() });

/** A sum of the failures of a bucket in a window of time. `window` is its number since 1970. */
interface Sum {
  /** A digest of the bucket, because a bucket may contain a client id as the caller sent it. */
  readonly digest: string;
  readonly window: number;
}

/** Adds to a sum and resolves with the new sum. If the call is aborted, it is unknown whether it has added. */
export type AddFailures = (sum: Sum, count: number, abortSignal?: AbortSignal) => Promise<number>;

/**
 * Keeps sums in the Tokens table, one item for each bucket and window. `ADD` is atomic, so simultaneous additions are
 * all counted (R4).
 */
export function dynamoFailureSums(environment: Environment): AddFailures {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return async ({ digest, window }, count, abortSignal) => {
    const update = new UpdateCommand({
      TableName,
      Key: { key: `failures#${digest}#${window}` },
      UpdateExpression: 'ADD failures :count SET removeAt = :removeAt',
      ExpressionAttributeValues: { ':count': count, ':removeAt': (window + KEPT_WINDOWS) * ATTEMPT_WINDOW_SECONDS },
      ReturnValues: 'UPDATED_NEW',
    });
    const { Attributes } = await client.send(update, { ...(abortSignal && { abortSignal }) });
    return sumSchema.parse(Attributes).failures;
  };
}
