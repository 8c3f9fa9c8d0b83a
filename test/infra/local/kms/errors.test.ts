import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateMacCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SigningAlgorithmSpec,
  TagResourceCommand,
  UpdateAliasCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, describe, expect, test } from 'vitest';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import { arnOf, createKey, errorOf, kmsClient } from './kms-client.ts';

const kms = await startLocalKms();
const client = kmsClient(kms.url);
afterAll(() => kms.close());

const message = Buffer.from('message');
const unknownId = '00000000-0000-4000-8000-000000000000';
const signingKeyId = await createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY');
const rsaKeyId = await createKey(client, 'RSA_2048', 'SIGN_VERIFY');
const macKeyId = await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC');
const symmetricKeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
await client.send(new CreateAliasCommand({ AliasName: 'alias/errors', TargetKeyId: signingKeyId }));

/** A call of each cryptographic operation, for a key of its usage. */
const uses = {
  Sign: (KeyId: string, SigningAlgorithm: SigningAlgorithmSpec = 'ECDSA_SHA_256') =>
    client.send(new SignCommand({ KeyId, Message: message, SigningAlgorithm })),
  Verify: (KeyId: string) =>
    client.send(new VerifyCommand({ KeyId, Message: message, SigningAlgorithm: 'ECDSA_SHA_256', Signature: message })),
  GetPublicKey: (KeyId: string) => client.send(new GetPublicKeyCommand({ KeyId })),
  GenerateMac: (KeyId: string) =>
    client.send(new GenerateMacCommand({ KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' })),
  VerifyMac: (KeyId: string) =>
    client.send(new VerifyMacCommand({ KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256', Mac: message })),
  Encrypt: (KeyId: string) => client.send(new EncryptCommand({ KeyId, Plaintext: message })),
  GenerateDataKey: (KeyId: string) => client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
  GenerateDataKeyPair: (KeyId: string) =>
    client.send(new GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: 'ECC_NIST_P256' })),
};
type Use = keyof typeof uses;

const usesByKey: readonly [Use, () => Promise<string>][] = [
  ['Sign', () => createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY')],
  ['Verify', () => createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY')],
  ['GetPublicKey', () => createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY')],
  ['GenerateMac', () => createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC')],
  ['VerifyMac', () => createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC')],
  ['Encrypt', () => createKey(client, 'SYMMETRIC_DEFAULT')],
  ['GenerateDataKey', () => createKey(client, 'SYMMETRIC_DEFAULT')],
  ['GenerateDataKeyPair', () => createKey(client, 'SYMMETRIC_DEFAULT')],
];

describe.each(usesByKey)('%s', (use, newKey) => {
  test('refuses a disabled key and accepts it after it is enabled', async () => {
    const KeyId = await newKey();
    await client.send(new DisableKeyCommand({ KeyId }));
    const refusal = { name: 'DisabledException', message: `${arnOf(KeyId)} is disabled.`, status: 400 };
    expect(await errorOf(uses[use](KeyId))).toEqual(refusal);

    await client.send(new EnableKeyCommand({ KeyId }));
    expect(await errorOf(uses[use](KeyId))).not.toEqual(refusal);
  });

  test('refuses a key that is pending deletion', async () => {
    const KeyId = await newKey();
    await client.send(new ScheduleKeyDeletionCommand({ KeyId }));
    expect(await errorOf(uses[use](KeyId))).toEqual({
      name: 'KMSInvalidStateException',
      message: `${arnOf(KeyId)} is pending deletion.`,
      status: 400,
    });
  });

  test('refuses an unknown key', async () => {
    expect(await errorOf(uses[use](unknownId))).toEqual({
      name: 'NotFoundException',
      message: `Key '${arnOf(unknownId)}' does not exist`,
      status: 400,
    });
  });
});

test('Decrypt refuses the ciphertext of a disabled key', async () => {
  const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
  const { CiphertextBlob } = await uses.Encrypt(KeyId);
  await client.send(new DisableKeyCommand({ KeyId }));
  const call = client.send(new DecryptCommand({ CiphertextBlob }));
  expect(await errorOf(call)).toMatchObject({ name: 'DisabledException' });
});

test.each<[Use, string, string]>([
  ['Sign', macKeyId, 'GENERATE_VERIFY_MAC'],
  ['Sign', symmetricKeyId, 'ENCRYPT_DECRYPT'],
  ['Verify', symmetricKeyId, 'ENCRYPT_DECRYPT'],
  ['GenerateMac', signingKeyId, 'SIGN_VERIFY'],
  ['VerifyMac', symmetricKeyId, 'ENCRYPT_DECRYPT'],
  ['Encrypt', rsaKeyId, 'SIGN_VERIFY'],
  ['GenerateDataKey', macKeyId, 'GENERATE_VERIFY_MAC'],
  ['GenerateDataKeyPair', signingKeyId, 'SIGN_VERIFY'],
])('%s refuses a key of another usage', async (use, KeyId, usage) => {
  expect(await errorOf(uses[use](KeyId))).toEqual({
    name: 'InvalidKeyUsageException',
    message: `${arnOf(KeyId)} key usage is ${usage} which is not valid for ${use}.`,
    status: 400,
  });
});

test.each([
  [signingKeyId, 'ECC_NIST_P256', 'ECDSA_SHA_384'],
  [signingKeyId, 'ECC_NIST_P256', 'RSASSA_PKCS1_V1_5_SHA_256'],
  [signingKeyId, 'ECC_NIST_P256', 'ED25519_SHA_512'],
  [rsaKeyId, 'RSA_2048', 'ECDSA_SHA_256'],
  [rsaKeyId, 'RSA_2048', 'SM2DSA'],
] as const)('Sign with %s (%s) refuses %s', async (KeyId, spec, algorithm) => {
  expect(await errorOf(uses.Sign(KeyId, algorithm))).toEqual({
    name: 'InvalidKeyUsageException',
    message: `Algorithm ${algorithm} is incompatible with key spec ${spec}.`,
    status: 400,
  });
});

test.each([
  [symmetricKeyId, 'SYMMETRIC_DEFAULT'],
  [macKeyId, 'HMAC_256'],
])('GetPublicKey refuses the key %s, which has no public key (%s)', async (KeyId, spec) => {
  expect(await errorOf(uses.GetPublicKey(KeyId))).toEqual({
    name: 'UnsupportedOperationException',
    message: `${arnOf(KeyId)} key spec is ${spec} which is not valid for GetPublicKey.`,
    status: 400,
  });
});

test.each([
  ['an unknown alias', 'alias/missing', 'Alias arn:aws:kms:us-east-1:000000000000:alias/missing is not found.'],
  [
    'an unknown alias ARN',
    'arn:aws:kms:us-east-1:000000000000:alias/missing',
    'Alias arn:aws:kms:us-east-1:000000000000:alias/missing is not found.',
  ],
  ['an unknown ARN', arnOf(unknownId), `Key '${arnOf(unknownId)}' does not exist`],
  [
    'the ARN of a key in another region',
    arnOf(signingKeyId).replace('us-east-1', 'eu-west-1'),
    `Key '${arnOf(signingKeyId).replace('us-east-1', 'eu-west-1')}' does not exist`,
  ],
])('DescribeKey refuses %s', async (_, KeyId, text) => {
  const error = await errorOf(client.send(new DescribeKeyCommand({ KeyId })));
  expect(error).toEqual({ name: 'NotFoundException', message: text, status: 400 });
});

test.each([
  ['EnableKey', (KeyId: string) => client.send(new EnableKeyCommand({ KeyId }))],
  ['DisableKey', (KeyId: string) => client.send(new DisableKeyCommand({ KeyId }))],
  ['ScheduleKeyDeletion', (KeyId: string) => client.send(new ScheduleKeyDeletionCommand({ KeyId }))],
  ['CancelKeyDeletion', (KeyId: string) => client.send(new CancelKeyDeletionCommand({ KeyId }))],
  ['ListAliases', (KeyId: string) => client.send(new ListAliasesCommand({ KeyId }))],
  ['GetKeyPolicy', (KeyId: string) => client.send(new GetKeyPolicyCommand({ KeyId }))],
  ['TagResource', (KeyId: string) => client.send(new TagResourceCommand({ KeyId, Tags: [] }))],
  [
    'CreateAlias',
    (TargetKeyId: string) => client.send(new CreateAliasCommand({ AliasName: 'alias/new', TargetKeyId })),
  ],
  [
    'UpdateAlias',
    (TargetKeyId: string) => client.send(new UpdateAliasCommand({ AliasName: 'alias/errors', TargetKeyId })),
  ],
])('%s refuses an alias in place of a key, and an unknown key', async (_, call) => {
  expect(await errorOf(call('alias/errors'))).toEqual({
    name: 'NotFoundException',
    message: "Invalid keyId 'alias/errors'",
    status: 400,
  });
  expect(await errorOf(call(unknownId))).toMatchObject({ message: `Key '${arnOf(unknownId)}' does not exist` });
});

test.each<[CreateKeyCommandInput, string]>([
  [{ KeySpec: 'RSA_2048' }, 'ValidationException'],
  [{ KeySpec: 'HMAC_256' }, 'ValidationException'],
  [{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'ENCRYPT_DECRYPT' }, 'ValidationException'],
  [{ KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'SIGN_VERIFY' }, 'ValidationException'],
  [{ KeySpec: 'HMAC_256', KeyUsage: 'SIGN_VERIFY' }, 'ValidationException'],
  [{ KeySpec: 'RSA_1024' as 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'ValidationException'],
  [{ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }, 'UnsupportedOperationException'],
  [{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' }, 'UnsupportedOperationException'],
  [{ KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }, 'UnsupportedOperationException'],
  [{ Origin: 'EXTERNAL' }, 'UnsupportedOperationException'],
])('CreateKey refuses %j as %s', async (input, name) => {
  expect(await errorOf(client.send(new CreateKeyCommand(input)))).toMatchObject({ name, status: 400 });
});
