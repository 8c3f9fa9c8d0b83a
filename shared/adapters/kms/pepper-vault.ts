import { GenerateDataKeyWithoutPlaintextCommand } from '@aws-sdk/client-kms';
import type { PepperFounder, PepperVault, WrappedPepper } from '#shared/domain/keys/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { putIf } from '../dynamo/conditional-write.ts';
import { documentClient } from '../dynamo/document-client.ts';
import { required } from '../node/environment.ts';
import { kmsClient } from './kms-client.ts';
import { PEPPER_CONTEXT, PEPPER_KEY, readPepperItem } from './pepper-item.ts';

const PEPPER_BYTES = 32;

/**
 * Creates the workspace's first pepper, and does nothing if a pepper exists. `found` rejects with
 * `temporarily_unavailable` if KMS or DynamoDB fails.
 */
export function kmsPepperFounder(environment: Environment): PepperFounder {
  const write = peppersWriter(environment);
  return {
    found: async () => {
      if ((await readPepperItem(environment)) !== undefined) return;
      // If another bootstrap has written in the meantime, its pepper stays.
      await write([{ wrapped: await wrapNewPepper(environment) }], {
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': 'key' },
      });
    },
  };
}

/**
 * Reads and replaces the workspace's wrapped peppers. `replace` is one conditional write of all of them, and resolves
 * with false if they have changed since `version`. The methods reject with `temporarily_unavailable` if KMS or DynamoDB
 * fails.
 */
export function kmsPepperVault(environment: Environment): PepperVault {
  const write = peppersWriter(environment);
  return {
    read: async () => {
      const item = await readPepperItem(environment);
      return item && { peppers: item.peppers, version: item.nonce };
    },
    wrapNew: () => wrapNewPepper(environment),
    replace: (peppers, version) =>
      write(peppers, {
        ConditionExpression: '#nonce = :version',
        ExpressionAttributeNames: { '#nonce': 'nonce' },
        ExpressionAttributeValues: { ':version': version },
      }),
  };
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, string>;
}

function peppersWriter(environment: Environment) {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  return (peppers: readonly WrappedPepper[], condition: Condition): Promise<boolean> =>
    putIf(documentClient(environment), {
      TableName,
      Key: PEPPER_KEY,
      Item: { ...PEPPER_KEY, peppers },
      ...condition,
    });
}

/**
 * Lets KMS generate and wrap a pepper (GenerateDataKeyWithoutPlaintext), so that this process never sees the plaintext.
 */
async function wrapNewPepper(environment: Environment): Promise<string> {
  const { CiphertextBlob } = await kmsClient(environment)
    .send(
      new GenerateDataKeyWithoutPlaintextCommand({
        KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
        NumberOfBytes: PEPPER_BYTES,
        EncryptionContext: PEPPER_CONTEXT,
      }),
    )
    .catch(rethrowAsUnavailable);
  return Buffer.from(CiphertextBlob ?? []).toString('base64');
}
