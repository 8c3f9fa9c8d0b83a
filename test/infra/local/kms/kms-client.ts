import { CreateKeyCommand, DescribeKeyCommand, type KeySpec, type KeyUsageType, KMSClient } from '@aws-sdk/client-kms';

/** Makes an SDK client for a local endpoint. It makes one attempt, unless a test is about retries. */
export function kmsClient(url: string, maxAttempts = 1): KMSClient {
  return new KMSClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  });
}

/** Creates a key and returns its id. */
export async function createKey(client: KMSClient, KeySpec: KeySpec, KeyUsage?: KeyUsageType): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
  if (KeyMetadata?.KeyId === undefined) throw new Error('CreateKey returned no key id.');
  return KeyMetadata.KeyId;
}

/** Describes a key by its id, ARN or alias (DescribeKey). */
export async function metadataOf(client: KMSClient, KeyId: string) {
  return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
}

/** Returns name, message and HTTP status of the error that an SDK call throws. */
export async function errorOf(call: Promise<unknown>): Promise<object> {
  const error: unknown = await call.then(
    () => new Error('The call succeeded.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('The call threw a value that is not an Error.');
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
}

/** Returns the ARN of a local key. */
export function arnOf(keyId: string): string {
  return `arn:aws:kms:us-east-1:000000000000:key/${keyId}`;
}
