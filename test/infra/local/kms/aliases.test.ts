import { CreateAliasCommand, DeleteAliasCommand, ListAliasesCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

async function listAliases(KeyId?: string) {
  return (await client.send(new ListAliasesCommand({ KeyId }))).Aliases;
}

test('an alias is listed, moved to another key and deleted', async () => {
  const first = await createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY');
  const second = await createKey(client, 'RSA_2048', 'SIGN_VERIFY');
  const alias = { AliasName: 'alias/signing', AliasArn: 'arn:aws:kms:us-east-1:000000000000:alias/signing' };
  const dates = { CreationDate: now, LastUpdatedDate: now };
  await client.send(new CreateAliasCommand({ AliasName: 'alias/signing', TargetKeyId: arnOf(first) }));
  expect(await listAliases()).toEqual([{ ...alias, ...dates, TargetKeyId: first }]);

  const LastUpdatedDate = new Date(now.getTime() + 1000);
  vi.setSystemTime(LastUpdatedDate);
  await client.send(new UpdateAliasCommand({ AliasName: 'alias/signing', TargetKeyId: second }));
  expect(await listAliases(second)).toEqual([{ ...alias, ...dates, LastUpdatedDate, TargetKeyId: second }]);
  expect(await listAliases(first)).toEqual([]);
  expect(await metadataOf(client, 'alias/signing')).toMatchObject({ KeyId: second });

  await client.send(new DeleteAliasCommand({ AliasName: 'alias/signing' }));
  expect(await listAliases()).toEqual([]);
  expect(await metadataOf(client, second)).toMatchObject({ KeyState: 'Enabled' });
});

test('an alias cannot be created twice', async () => {
  const TargetKeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
  const create = () => client.send(new CreateAliasCommand({ AliasName: 'alias/one', TargetKeyId }));
  await create();
  expect(await errorOf(create())).toEqual({
    name: 'AlreadyExistsException',
    message: 'An alias with the name arn:aws:kms:us-east-1:000000000000:alias/one already exists',
    status: 400,
  });
});

test('an alias cannot move to a key of another usage', async () => {
  const TargetKeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
  const macKeyId = await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC');
  await client.send(new CreateAliasCommand({ AliasName: 'alias/one', TargetKeyId }));
  const move = client.send(new UpdateAliasCommand({ AliasName: 'alias/one', TargetKeyId: macKeyId }));
  expect(await errorOf(move)).toMatchObject({ name: 'ValidationException' });
  expect(await listAliases(TargetKeyId)).toHaveLength(1);
});

test('an alias that does not exist cannot be moved or deleted', async () => {
  const TargetKeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
  const missing = {
    name: 'NotFoundException',
    message: 'Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found.',
    status: 400,
  };
  const move = client.send(new UpdateAliasCommand({ AliasName: 'alias/none', TargetKeyId }));
  expect(await errorOf(move)).toEqual(missing);
  expect(await errorOf(client.send(new DeleteAliasCommand({ AliasName: 'alias/none' })))).toEqual(missing);
});

test.each([
  ['signing', 'InvalidAliasNameException'],
  ['alias/', 'InvalidAliasNameException'],
  ['alias/aws/lambda', 'InvalidAliasNameException'],
  ['alias/a:b', 'InvalidAliasNameException'],
  ['alias/white space', 'ValidationException'],
  [`alias/${'x'.repeat(251)}`, 'ValidationException'],
])('an alias cannot be called %s (%s)', async (AliasName, name) => {
  const TargetKeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
  expect(await errorOf(client.send(new CreateAliasCommand({ AliasName, TargetKeyId })))).toMatchObject({ name });
});
