import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { unavailable } from '#shared/domain/errors.ts';

/**
 * How long a request waits for AWS. The SDK has no request timeout of its own and its default retries take longer
 * than any caller waits, so both are said here: one repeat, and an answer of some kind within three seconds.
 */
export const awsClientSettings = {
  maxAttempts: 2,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 300, requestTimeout: 1_000, throwOnRequestTimeout: true },
} as const satisfies DynamoDBClientConfig;

/** For `.catch`: whatever went wrong between us and AWS, the caller may come back. */
export function rethrowAsUnavailable(error: unknown): never {
  throw unavailable(error);
}
