import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LocalKms, startLocalKms } from '#infra/local/kms/kms.ts';
import { arnOf, createKey, errorOf, kmsClient, metadataOf } from './kms-client.ts';

const now = new Date('2026-03-01T12:00:00.250Z');
let kms: LocalKms;
let client: ReturnType<typeof kmsClient>;

beforeEach(async () => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
  kms = await startLocalKms();
  client = kmsClient(kms.url);
});
afterEach(async () => {
  vi.useRealTimers();
  await kms.close();
});

const symmetricMetadata = {
  AWSAccountId: '000000000000',
  CreationDate: now,
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  Description: '',
  Enabled: true,
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  KeyManager: 'CUSTOMER',
  KeySpec: 'SYMMETRIC_DEFAULT',
  KeyState: 'Enabled',
  KeyUsage: 'ENCRYPT_DECRYPT',
  MultiRegion: false,
  Origin: 'AWS_KMS',
};

describe('a key', () => {
  test('is symmetric by default, and described as it was created', async () => {
    const { KeyMetadata } = await client.send(new CreateKeyCommand());
    const KeyId = KeyMetadata?.KeyId ?? '';
    expect(KeyId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(KeyMetadata).toEqual({ ...symmetricMetadata, KeyId, Arn: arnOf(KeyId) });
    expect(await metadataOf(client, KeyId)).toEqual(KeyMetadata);
  });

  test.each([
    ['ECC_NIST_P384', 'SIGN_VERIFY', { SigningAlgorithms: ['ECDSA_SHA_384'] }],
    ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', { SigningAlgorithms: ['ED25519_SHA_512'] }],
    ['HMAC_384', 'GENERATE_VERIFY_MAC', { MacAlgorithms: ['HMAC_SHA_384'] }],
  ] as const)('of spec %s reports its algorithms', async (KeySpec, KeyUsage, algorithms) => {
    const { EncryptionAlgorithms, ...metadata } = symmetricMetadata;
    const KeyId = await createKey(client, KeySpec, KeyUsage);
    const specific = { KeyId, Arn: arnOf(KeyId), KeySpec, CustomerMasterKeySpec: KeySpec, KeyUsage, ...algorithms };
    expect(await metadataOf(client, KeyId)).toEqual({ ...metadata, ...specific });
  });

  test('accepts its spec by the older name too', async () => {
    const command = new CreateKeyCommand({ CustomerMasterKeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    expect((await client.send(command)).KeyMetadata?.KeySpec).toBe('HMAC_256');
  });

  test('has an id with a prefix if it is a multi-Region key', async () => {
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ MultiRegion: true, Description: 'everywhere' }));
    expect(KeyMetadata?.KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    expect(KeyMetadata).toMatchObject({ MultiRegion: true, Description: 'everywhere' });
  });

  test('returns its public key with spec, usage and algorithms', async () => {
    const keyId = await createKey(client, 'RSA_2048', 'SIGN_VERIFY');
    const { $metadata, PublicKey, ...answer } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    expect(PublicKey).toHaveLength(294);
    expect(answer).toEqual({
      KeyId: arnOf(keyId),
      KeySpec: 'RSA_2048',
      CustomerMasterKeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: [
        'RSASSA_PKCS1_V1_5_SHA_256',
        'RSASSA_PKCS1_V1_5_SHA_384',
        'RSASSA_PKCS1_V1_5_SHA_512',
        'RSASSA_PSS_SHA_256',
        'RSASSA_PSS_SHA_384',
        'RSASSA_PSS_SHA_512',
      ],
    });
  });

  test('is found by id, ARN, alias and alias ARN, and returns its ARN', async () => {
    const keyId = await createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY');
    await client.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: keyId }));
    const names = [keyId, arnOf(keyId), 'alias/a', 'arn:aws:kms:us-east-1:000000000000:alias/a'];
    const answers = await Promise.all(names.map((KeyId) => client.send(new GetPublicKeyCommand({ KeyId }))));
    expect(answers.map(({ KeyId }) => KeyId)).toEqual(names.map(() => arnOf(keyId)));
  });

  test('accepts tags and returns the default policy', async () => {
    const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
    await client.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'stage', TagValue: 'local' }] }));
    const { Policy = '', PolicyName } = await client.send(new GetKeyPolicyCommand({ KeyId }));
    expect(PolicyName).toBe('default');
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Effect: 'Allow', Action: 'kms:*' }] });
  });
});

describe('the life of a key', () => {
  test('is disabled, enabled, scheduled for deletion and restored', async () => {
    const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
    const state = async () => {
      const { Enabled, KeyState, DeletionDate } = (await metadataOf(client, KeyId)) ?? {};
      return [Enabled, KeyState, DeletionDate];
    };

    await client.send(new DisableKeyCommand({ KeyId }));
    expect(await state()).toEqual([false, 'Disabled', undefined]);
    await client.send(new EnableKeyCommand({ KeyId }));
    expect(await state()).toEqual([true, 'Enabled', undefined]);
    await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(await state()).toEqual([false, 'PendingDeletion', new Date('2026-03-08T12:00:00.250Z')]);
    const { KeyId: answered } = await client.send(new CancelKeyDeletionCommand({ KeyId }));
    expect(answered).toBe(arnOf(KeyId));
    expect(await state()).toEqual([false, 'Disabled', undefined]);
  });

  test('ends thirty days after the deletion was scheduled, and its aliases end with it', async () => {
    const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
    await client.send(new CreateAliasCommand({ AliasName: 'alias/old', TargetKeyId: KeyId }));
    const { $metadata, ...answer } = await client.send(new ScheduleKeyDeletionCommand({ KeyId }));
    const DeletionDate = new Date('2026-03-31T12:00:00.250Z');
    expect(answer).toEqual({ KeyId: arnOf(KeyId), DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays: 30 });

    vi.setSystemTime(DeletionDate.getTime() - 1);
    expect(await metadataOf(client, KeyId)).toMatchObject({ KeyState: 'PendingDeletion' });
    vi.setSystemTime(DeletionDate);
    expect(await errorOf(metadataOf(client, KeyId))).toMatchObject({ name: 'NotFoundException' });
    expect((await client.send(new ListAliasesCommand())).Aliases).toEqual([]);
  });

  test.each([6, 31, 0])('refuses a pending window of %i days', async (PendingWindowInDays) => {
    const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
    const call = client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
    expect(await errorOf(call)).toMatchObject({ name: 'ValidationException' });
    expect(await metadataOf(client, KeyId)).toMatchObject({ KeyState: 'Enabled' });
  });

  test('refuses to enable, disable, schedule or name a key that is pending deletion', async () => {
    const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
    await client.send(new ScheduleKeyDeletionCommand({ KeyId }));
    const pending = { name: 'KMSInvalidStateException', message: `${arnOf(KeyId)} is pending deletion.`, status: 400 };
    expect(await errorOf(client.send(new EnableKeyCommand({ KeyId })))).toEqual(pending);
    expect(await errorOf(client.send(new DisableKeyCommand({ KeyId })))).toEqual(pending);
    expect(await errorOf(client.send(new ScheduleKeyDeletionCommand({ KeyId })))).toEqual(pending);
    const alias = new CreateAliasCommand({ AliasName: 'alias/late', TargetKeyId: KeyId });
    expect(await errorOf(client.send(alias))).toEqual(pending);
  });

  test('refuses to cancel the deletion of a key that is not pending deletion', async () => {
    const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
    expect(await errorOf(client.send(new CancelKeyDeletionCommand({ KeyId })))).toEqual({
      name: 'KMSInvalidStateException',
      message: `${arnOf(KeyId)} is not pending deletion.`,
      status: 400,
    });
  });
});

describe('lists', () => {
  test('have pages that together contain every key once', async () => {
    const created = await Promise.all(Array.from({ length: 5 }, () => createKey(client, 'SYMMETRIC_DEFAULT')));
    const pages: [number, boolean | undefined][] = [];
    const listed: (string | undefined)[] = [];
    for await (const { Keys = [], Truncated } of paginateListKeys({ client, pageSize: 2 }, {})) {
      pages.push([Keys.length, Truncated]);
      listed.push(...Keys.map(({ KeyId }) => KeyId));
    }
    expect(pages).toEqual([
      [2, true],
      [2, true],
      [1, false],
    ]);
    expect(listed.toSorted()).toEqual(created.toSorted());
  });

  test('refuse a marker that they did not return', async () => {
    expect(await errorOf(client.send(new ListKeysCommand({ Marker: 'elsewhere' })))).toEqual({
      name: 'InvalidMarkerException',
      message: 'Could not deserialize marker',
      status: 400,
    });
  });
});
