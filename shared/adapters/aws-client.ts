import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { unavailable } from '#shared/domain/errors.ts';

/**
 * Timeouts and retries of every AWS client. The SDK has no request timeout by default, and its default retries take
 * longer than a caller waits. With these settings a call is repeated once and ends within three seconds.
 */
export const awsClientSettings = {
  maxAttempts: 2,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 300, requestTimeout: 1_000, throwOnRequestTimeout: true },
} as const satisfies DynamoDBClientConfig;

/**
 * Turns any error of an AWS call into an error that asks the caller to try again. Use it in `.catch`.
 * @throws DomainError `temporarily_unavailable`, always; the AWS error is its cause
 */
export function rethrowAsUnavailable(error: unknown): never {
  throw unavailable(error);
}
