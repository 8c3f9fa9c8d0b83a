import { createHmac } from 'node:crypto';
import { GenerateMacCommand, type KeySpec, type MacAlgorithmSpec, VerifyMacCommand } from '@aws-sdk/client-kms';
import { afterAll, expect, test } from 'vitest';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import { arnOf, createKey, errorOf, kmsClient } from './kms-client.ts';

const kms = await startLocalKms();
const client = kmsClient(kms.url);
afterAll(() => kms.close());

const Message = Buffer.from('message');
const cases: readonly [KeySpec, MacAlgorithmSpec, number][] = [
  ['HMAC_224', 'HMAC_SHA_224', 28],
  ['HMAC_256', 'HMAC_SHA_256', 32],
  ['HMAC_384', 'HMAC_SHA_384', 48],
  ['HMAC_512', 'HMAC_SHA_512', 64],
];

test.each(cases)('a %s key makes and verifies %s codes of %i bytes', async (spec, MacAlgorithm, lengthBytes) => {
  const KeyId = await createKey(client, spec, 'GENERATE_VERIFY_MAC');
  const { Mac } = await client.send(new GenerateMacCommand({ KeyId, Message, MacAlgorithm }));
  const { $metadata, ...verified } = await client.send(new VerifyMacCommand({ KeyId, Message, MacAlgorithm, Mac }));
  expect(Mac).toHaveLength(lengthBytes);
  expect(verified).toEqual({ KeyId: arnOf(KeyId), MacValid: true, MacAlgorithm });
});

test('VerifyMac refuses another message, a changed code and a code of another length', async () => {
  const KeyId = await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC');
  const MacAlgorithm = 'HMAC_SHA_256';
  const answer = await client.send(new GenerateMacCommand({ KeyId, Message, MacAlgorithm }));
  const mac = Buffer.from(answer.Mac ?? []);
  const verify = (message: Buffer, Mac: Buffer) =>
    errorOf(client.send(new VerifyMacCommand({ KeyId, Message: message, MacAlgorithm, Mac })));
  const refusal = {
    name: 'KMSInvalidMacException',
    message: 'The MAC is not valid for this message and key.',
    status: 400,
  };
  expect(await verify(Buffer.from('massage'), mac)).toEqual(refusal);
  expect(await verify(Message, createHmac('sha256', 'another key').update(Message).digest())).toEqual(refusal);
  expect(await verify(Message, mac.subarray(0, 16))).toEqual(refusal);
});

test('GenerateMac refuses an algorithm of another key length', async () => {
  const KeyId = await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC');
  const call = client.send(new GenerateMacCommand({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_512' }));
  expect(await errorOf(call)).toEqual({
    name: 'InvalidKeyUsageException',
    message: 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.',
    status: 400,
  });
});
