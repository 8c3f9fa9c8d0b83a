import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { denied, whileFailing } from '#test/support/faults.ts';
import { outcomeOf, outcomesOf, race } from '#test/support/outcomes.ts';
import type { Workspace } from '#test/support/workspace.ts';

const MESSAGE = 'cli_export\nmms_aBc123';

interface PepperItem {
  readonly key: string;
  readonly peppers: readonly { readonly wrapped: string }[];
}

/** A seal is worth as much as the secrecy of the pepper, and as its permanence. */
export function pepperContracts(open: () => Promise<Workspace>): void {
  const openFounded = async () => {
    const workspace = await open();
    await workspace.ports.pepperFounder.found();
    return workspace;
  };
  describe('Pepper', () => pepperContract(open, openFounded));
  describe('PepperFounder', () => founderContract(open, openFounded));
}

function pepperContract(open: () => Promise<Workspace>, openFounded: () => Promise<Workspace>): void {
  test('recognises its seals in every process of the workspace', async () => {
    const { ports, openAgain } = await openFounded();
    const seal = await ports.pepper.seal(MESSAGE);
    expect(seal).toMatch(/^[0-9A-Za-z]{8}$/);
    expect(await openAgain().pepper.seal(MESSAGE)).toBe(seal);
    expect(await openAgain().pepper.isSealed(MESSAGE, seal)).toBe(true);
  });

  test('refuses the seal of another message', async () => {
    const { ports } = await openFounded();
    expect(await ports.pepper.isSealed('cli_other\nmms_aBc123', await ports.pepper.seal(MESSAGE))).toBe(false);
  });

  test('refuses the seal of another workspace', async () => {
    const [ours, theirs] = [await openFounded(), await openFounded()];
    expect(await ours.ports.pepper.isSealed(MESSAGE, await theirs.ports.pepper.seal(MESSAGE))).toBe(false);
  });

  test.each(['', 'short', '00000000', 'ääääääää', '0'.repeat(64)])('refuses %o, which is no seal', async (seal) => {
    expect(await (await openFounded()).ports.pepper.isSealed(MESSAGE, seal)).toBe(false);
  });

  test('has KMS unwrap it once for the life of a process', async () => {
    const { ports, kms } = await openFounded();
    kms.forget();
    await Promise.all(race(8, () => ports.pepper.seal(MESSAGE)));
    await ports.pepper.isSealed(MESSAGE, '00000000');
    expect(kms.calls).toEqual(['Decrypt']);
  });

  test('seals with the first of two peppers and recognises the seals of both while they overlap', async () => {
    const [ours, successor] = [await openFounded(), await openFounded()];
    const [old, next] = [await pepperItem(ours), await pepperItem(successor)];
    await putPepper(ours, { ...old, peppers: [...next.peppers, ...old.peppers] });
    const { pepper } = ours.openAgain();
    const seals = [await ours.ports.pepper.seal(MESSAGE), await successor.ports.pepper.seal(MESSAGE)] as const;
    expect(await pepper.seal(MESSAGE)).toBe(seals[1]);
    expect(await Promise.all(seals.map((seal) => pepper.isSealed(MESSAGE, seal)))).toEqual([true, true]);
  });

  test('is unavailable before it is founded, and works as soon as it is', async () => {
    const { ports } = await open();
    expect(await outcomeOf(ports.pepper.seal(MESSAGE))).toBe('temporarily_unavailable');
    await ports.pepperFounder.found();
    expect(await ports.pepper.isSealed(MESSAGE, await ports.pepper.seal(MESSAGE))).toBe(true);
  });

  test.each(['DisabledException', 'KMSInvalidStateException', 'AccessDeniedException'])(
    'H11: is unavailable, never a no, while KMS answers %s',
    async (name) => {
      const { ports, kms } = await openFounded();
      const check = () => outcomeOf(ports.pepper.isSealed(MESSAGE, '00000000'));
      expect(await whileFailing(kms, () => ({ kind: 'error', name }), check)).toBe('temporarily_unavailable');
      expect(await ports.pepper.isSealed(MESSAGE, '00000000')).toBe(false);
    },
  );
}

function founderContract(open: () => Promise<Workspace>, openFounded: () => Promise<Workspace>): void {
  test('keeps the first pepper when it founds again, and has KMS make no other', async () => {
    const { ports, openAgain, kms } = await openFounded();
    const seal = await ports.pepper.seal(MESSAGE);
    kms.forget();
    await ports.pepperFounder.found();
    expect(kms.calls).toEqual([]);
    expect(await openAgain().pepper.seal(MESSAGE)).toBe(seal);
  });

  test('founds one pepper when 16 found at once', async () => {
    const { openAgain } = await open();
    const processes = Array.from({ length: 16 }, () => openAgain());
    expect(await outcomesOf(processes.map(({ pepperFounder }) => pepperFounder.found()))).toEqual({ done: 16 });
    expect(new Set(await Promise.all(processes.map(({ pepper }) => pepper.seal(MESSAGE)))).size).toBe(1);
  });

  test('never sees the pepper in the clear, nor keeps it so', async () => {
    const { ports, kms, ...workspace } = await open();
    kms.forget();
    await ports.pepperFounder.found();
    expect(kms.calls).toEqual(['GenerateDataKeyWithoutPlaintext']);
    const wrapped = await pepperItem(workspace);
    expect(wrapped).toEqual({
      key: 'pepper#workspace',
      nonce: expect.any(String),
      peppers: [{ wrapped: expect.any(String) }],
    });
  });

  test.each([undefined, { mintmark: 'something else' }])(
    'has KMS refuse to unwrap the pepper in the encryption context %o',
    async (EncryptionContext) => {
      const workspace = await openFounded();
      const { peppers } = await pepperItem(workspace);
      const unwrap = new DecryptCommand({
        KeyId: workspace.settings.MINTMARK_WRAPPING_KEY,
        CiphertextBlob: Buffer.from(peppers[0]?.wrapped ?? '', 'base64'),
        EncryptionContext,
      });
      await expect(new KMSClient({}).send(unwrap)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    },
  );

  test('founds nothing, and says so, where KMS is unavailable', async () => {
    const { ports, kms, scan } = await open();
    const found = () => outcomeOf(ports.pepperFounder.found());
    expect(await whileFailing(kms, denied, found)).toBe('temporarily_unavailable');
    expect(await scan('DIRECTORY')).toEqual([]);
  });
}

async function pepperItem({ scan }: Pick<Workspace, 'scan'>): Promise<PepperItem> {
  const item = (await scan('DIRECTORY')).find(({ key }) => key === 'pepper#workspace');
  return item as unknown as PepperItem;
}

/** As whoever replaces a pepper would do. */
async function putPepper({ settings }: Workspace, item: PepperItem): Promise<void> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  await client.send(new PutCommand({ TableName: settings.MINTMARK_DIRECTORY_TABLE, Item: { ...item } }));
}
