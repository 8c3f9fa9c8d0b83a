import { createHmac, timingSafeEqual } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand } from '@aws-sdk/client-kms';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { toBase62 } from '#shared/domain/base62.ts';
import type { Pepper, PepperFounder } from '#shared/domain/crypto-ports.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { putIf } from '../dynamo/conditional-write.ts';
import { documentClient } from '../dynamo/document-client.ts';
import { kmsClient } from './kms-client.ts';

const PEPPER_BYTES = 32;
const SEAL_CHARACTERS = 8;
const KEY = { key: 'pepper#workspace' };

/** Ties the wrapped key to its purpose: KMS unwraps it for nobody who does not say the same. */
const ENCRYPTION_CONTEXT = { mintmark: 'pepper' };

/** The wrapped peppers, the current one first; more than one only while a replacement overlaps. */
const itemSchema = z.object({ peppers: z.array(z.object({ wrapped: z.string() })).nonempty() });

/** Seals with the workspace's pepper, which KMS unwraps once for the life of the process. */
export function kmsPepper(environment: Environment): Pepper {
  let unwrapped: Promise<readonly Uint8Array[]> | undefined;
  const peppers = () => {
    unwrapped ??= unwrapAll(environment).catch((error: unknown) => {
      unwrapped = undefined;
      return rethrowAsUnavailable(error);
    });
    return unwrapped;
  };
  return {
    seal: async (message) => {
      const [current] = await peppers();
      return sealWith(current, message);
    },
    isSealed: async (message, seal) => {
      const expected = (await peppers()).map((pepper) => sealWith(pepper, message));
      return expected.some((candidate) => isEqual(candidate, seal));
    },
  };
}

/** Has KMS make the first pepper and keeps it wrapped; nobody sees it in the clear. */
export function kmsPepperFounder(environment: Environment): PepperFounder {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const KeyId = required(environment, 'MINTMARK_WRAPPING_KEY');
  return {
    found: async () => {
      if ((await readItem(environment)) !== undefined) return;
      const { CiphertextBlob } = await kmsClient(environment)
        .send(
          new GenerateDataKeyWithoutPlaintextCommand({
            KeyId,
            NumberOfBytes: PEPPER_BYTES,
            EncryptionContext: ENCRYPTION_CONTEXT,
          }),
        )
        .catch(rethrowAsUnavailable);
      const wrapped = Buffer.from(CiphertextBlob ?? []).toString('base64');
      // Where another bootstrap was faster, its pepper is the pepper.
      await putIf(documentClient(environment), {
        TableName,
        Key: KEY,
        Item: { ...KEY, peppers: [{ wrapped }] },
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': 'key' },
      });
    },
  };
}

async function readItem(environment: Environment): Promise<unknown> {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const { Item } = await documentClient(environment)
    .send(new GetCommand({ TableName, Key: KEY, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return Item;
}

async function unwrapAll(environment: Environment): Promise<readonly Uint8Array[]> {
  const item = await readItem(environment);
  if (item === undefined) throw new Error('The workspace is not bootstrapped: invoke the bootstrap function first.');
  return Promise.all(itemSchema.parse(item).peppers.map(({ wrapped }) => unwrap(environment, wrapped)));
}

async function unwrap(environment: Environment, wrapped: string): Promise<Uint8Array> {
  const { Plaintext } = await kmsClient(environment).send(
    new DecryptCommand({
      KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
      CiphertextBlob: Buffer.from(wrapped, 'base64'),
      EncryptionContext: ENCRYPTION_CONTEXT,
    }),
  );
  if (Plaintext === undefined) throw new Error('KMS answered without a plaintext.');
  return Plaintext;
}

function sealWith(pepper: Uint8Array | undefined, message: string): string {
  if (pepper === undefined) throw new Error('There is no pepper.');
  return toBase62(createHmac('sha256', pepper).update(message).digest(), SEAL_CHARACTERS);
}

function isEqual(expected: string, seal: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(seal)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
