import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { KeptPeppers } from '#shared/domain/keys/ports.ts';
import { countEach, outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const MESSAGE = 'cli_export\nmms_aBc123';

interface PepperItem {
  readonly key: string;
  readonly peppers: readonly { readonly wrapped: string }[];
}

/** The contracts of the ports of the pepper: it seals messages, it stays secret, and it is not lost. */
export function pepperContracts(open: () => Promise<Workspace>): void {
  const openFounded = async () => {
    const workspace = await open();
    await workspace.ports.pepperFounder.found();
    return workspace;
  };
  describe('Pepper', () => pepperContract(open, openFounded));
  describe('PepperFounder', () => founderContract(open, openFounded));
  describe('PepperVault', () => vaultContract(open, openFounded));
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

  test.each(['', 'short', '00000000', 'ääääääää', '0'.repeat(64)])('refuses %o, which is not a seal', async (seal) => {
    expect(await (await openFounded()).ports.pepper.isSealed(MESSAGE, seal)).toBe(false);
  });

  test('unwraps the pepper with KMS once in each process', async () => {
    const { ports, kms } = await openFounded();
    kms.forget();
    await Promise.all(race(8, () => ports.pepper.seal(MESSAGE)));
    await ports.pepper.isSealed(MESSAGE, '00000000');
    expect(kms.calls).toEqual(['Decrypt']);
  });

  test('seals with the first of two peppers and recognises the seals of both', async () => {
    const [ours, successor] = [await openFounded(), await openFounded()];
    const [old, next] = [await pepperItem(ours), await pepperItem(successor)];
    await putPepper(ours, { ...old, peppers: [...next.peppers, ...old.peppers] });
    const { pepper } = ours.openAgain();
    const seals = [await ours.ports.pepper.seal(MESSAGE), await successor.ports.pepper.seal(MESSAGE)] as const;
    expect(await pepper.seal(MESSAGE)).toBe(seals[1]);
    expect(await Promise.all(seals.map((seal) => pepper.isSealed(MESSAGE, seal)))).toEqual([true, true]);
  });

  test('answers temporarily_unavailable before the pepper is made, and works after that', async () => {
    const { ports } = await open();
    expect(await outcomeOf(ports.pepper.seal(MESSAGE))).toBe('temporarily_unavailable');
    await ports.pepperFounder.found();
    expect(await ports.pepper.isSealed(MESSAGE, await ports.pepper.seal(MESSAGE))).toBe(true);
  });

  test.each(['DisabledException', 'KMSInvalidStateException', 'AccessDeniedException'])(
    'H11: answers temporarily_unavailable, never a refusal, while KMS answers %s',
    async (name) => {
      const { ports, kms } = await openFounded();
      const check = () => outcomeOf(ports.pepper.isSealed(MESSAGE, '00000000'));
      expect(await whileFailing(kms, () => ({ kind: 'error', name }), check)).toBe('temporarily_unavailable');
      expect(await ports.pepper.isSealed(MESSAGE, '00000000')).toBe(false);
    },
  );
}

function founderContract(open: () => Promise<Workspace>, openFounded: () => Promise<Workspace>): void {
  test('keeps the first pepper if it is called again, and does not call KMS', async () => {
    const { ports, openAgain, kms } = await openFounded();
    const seal = await ports.pepper.seal(MESSAGE);
    kms.forget();
    await ports.pepperFounder.found();
    expect(kms.calls).toEqual([]);
    expect(await openAgain().pepper.seal(MESSAGE)).toBe(seal);
  });

  test('makes one pepper in 16 simultaneous calls', async () => {
    const { openAgain } = await open();
    const processes = Array.from({ length: 16 }, () => openAgain());
    expect(await outcomesOf(processes.map(({ pepperFounder }) => pepperFounder.found()))).toEqual({ done: 16 });
    expect(new Set(await Promise.all(processes.map(({ pepper }) => pepper.seal(MESSAGE)))).size).toBe(1);
  });

  test('receives and stores the pepper only in wrapped form', async () => {
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
    'wraps the pepper so that KMS refuses to unwrap it with the encryption context %o',
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

  test('answers temporarily_unavailable if KMS fails, and stores no pepper', async () => {
    const { ports, kms, scan } = await open();
    const found = () => outcomeOf(ports.pepperFounder.found());
    expect(await whileFailing(kms, denied, found)).toBe('temporarily_unavailable');
    expect(await scan('DIRECTORY')).toEqual([]);
  });
}

function vaultContract(open: () => Promise<Workspace>, openFounded: () => Promise<Workspace>): void {
  /** Adds a new pepper before the others. The result is false if another call was faster. */
  const rotate = async ({ pepperVault }: Ports) => {
    const { peppers, version } = (await pepperVault.read()) as KeptPeppers;
    return pepperVault.replace([{ wrapped: await pepperVault.wrapNew() }, ...peppers], version);
  };
  const finish = async ({ pepperVault }: Ports) => {
    const { peppers, version } = (await pepperVault.read()) as KeptPeppers;
    return pepperVault.replace([peppers[0]], version);
  };

  test('finds no pepper before bootstrap', async () => {
    expect(await (await open()).ports.pepperVault.read()).toBeUndefined();
  });

  test('accepts one of 16 simultaneous changes', async () => {
    const { ports, openAgain } = await openFounded();
    const { peppers, version } = (await ports.pepperVault.read()) as KeptPeppers;
    const wrapped = await ports.pepperVault.wrapNew();
    const replacing = race(16, () => openAgain().pepperVault.replace([{ wrapped }, ...peppers], version));
    expect(countEach((await Promise.all(replacing)).map(String))).toEqual({ true: 1, false: 15 });
  });

  test('accepts a change whose reply is lost', async () => {
    const { ports, dynamo } = await openFounded();
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), () => rotate(ports))).toBe(true);
  });

  test('a process learns of a new pepper with the first seal of this pepper, or after five minutes', async () => {
    const { ports, openAgain } = await openFounded();
    const [busy, idle] = [openAgain(), openAgain()];
    const old = await busy.pepper.seal(MESSAGE);
    await idle.pepper.seal(MESSAGE);
    await rotate(ports);
    ports.clock.advance(60);
    const next = await openAgain().pepper.seal(MESSAGE);
    expect([await busy.pepper.isSealed(MESSAGE, next), await busy.pepper.isSealed(MESSAGE, old)]).toEqual([true, true]);
    expect([await busy.pepper.seal(MESSAGE), await idle.pepper.seal(MESSAGE)]).toEqual([next, old]);
    ports.clock.advance(240);
    expect(await idle.pepper.seal(MESSAGE)).toBe(next);
  });

  test('a process refuses seals of a removed pepper after five minutes', async () => {
    const { ports, openAgain } = await openFounded();
    const { pepper } = openAgain();
    const old = await pepper.seal(MESSAGE);
    await rotate(ports);
    await finish(ports);
    ports.clock.advance(299);
    const before = await pepper.isSealed(MESSAGE, old);
    ports.clock.advance(1);
    expect([before, await pepper.isSealed(MESSAGE, old)]).toEqual([true, false]);
  });

  test('invented seals cause at most one read a minute', async () => {
    const { ports, openAgain, dynamo, kms } = await openFounded();
    const { pepper } = openAgain();
    const guess = () => Promise.all(race(50, () => pepper.isSealed(MESSAGE, '00000000')));
    await guess();
    dynamo.forget();
    kms.forget();
    await guess();
    ports.clock.advance(60);
    await guess();
    await guess();
    expect([dynamo.calls, kms.calls]).toEqual([['GetItem'], []]);
  });

  test('H11: uses the known peppers while DynamoDB fails', async () => {
    const { ports, openAgain, dynamo } = await openFounded();
    const { pepper } = openAgain();
    const seal = await pepper.seal(MESSAGE);
    ports.clock.advance(300);
    const check = () => pepper.isSealed(MESSAGE, seal);
    expect(await whileFailing(dynamo, denied, check)).toBe(true);
  });
}

async function pepperItem({ scan }: Pick<Workspace, 'scan'>): Promise<PepperItem> {
  const item = (await scan('DIRECTORY')).find(({ key }) => key === 'pepper#workspace');
  return item as unknown as PepperItem;
}

/** Stores an item with peppers, as a replacement of the pepper does. */
async function putPepper({ settings }: Workspace, item: PepperItem): Promise<void> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  await client.send(new PutCommand({ TableName: settings.MINTMARK_DIRECTORY_TABLE, Item: { ...item } }));
}
