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

/** Keeps the first pepper, wrapped. */
export function kmsPepperFounder(environment: Environment): PepperFounder {
  const write = peppersWriter(environment);
  return {
    found: async () => {
      if ((await readPepperItem(environment)) !== undefined) return;
      // Where another bootstrap was faster, its pepper is the pepper.
      await write([{ wrapped: await wrapNewPepper(environment) }], {
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': 'key' },
      });
    },
  };
}

/** Changes which peppers there are, all in one conditional write. */
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

/** Has KMS make a pepper; nobody sees it in the clear. */
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
