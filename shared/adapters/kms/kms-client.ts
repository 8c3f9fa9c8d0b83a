import { KMSClient } from '@aws-sdk/client-kms';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings } from '../aws-client.ts';

const clients = new WeakMap<Environment, KMSClient>();

/** Returns the function's KMS client. All its adapters share this client and its connections. */
export function kmsClient(environment: Environment): KMSClient {
  const known = clients.get(environment);
  if (known !== undefined) return known;
  const client = new KMSClient(awsClientSettings);
  clients.set(environment, client);
  return client;
}
