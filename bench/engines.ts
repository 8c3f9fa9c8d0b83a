import { startLocalDynamo } from '#infra/local/dynamo.ts';
import { startLocalKms } from '#infra/local/kms/kms.ts';

/** The URLs of DynamoDB and KMS, by the environment variables that the AWS SDK reads. */
export interface Engines extends Record<string, string> {
  readonly AWS_ENDPOINT_URL_DYNAMODB: string;
  readonly AWS_ENDPOINT_URL_KMS: string;
}

if (import.meta.main) {
  const [dynamo, kms] = await Promise.all([startLocalDynamo(), startLocalKms()]);
  process.send?.({ AWS_ENDPOINT_URL_DYNAMODB: dynamo.url, AWS_ENDPOINT_URL_KMS: kms.url } satisfies Engines);
}
