import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import { createKey, errorOf, kmsClient } from './kms-client.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mintmark-kms-'));
  path = join(folder, 'keys', 'kms.json');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** Starts an endpoint with the file, calls `use`, and closes the endpoint. */
async function during<Result>(use: (client: ReturnType<typeof kmsClient>) => Promise<Result>): Promise<Result> {
  const kms = await startLocalKms({ path });
  try {
    return await use(kmsClient(kms.url));
  } finally {
    await kms.close();
  }
}

const Message = Buffer.from('message');

describe('after a restart', () => {
  test('the same key signs and verifies under the same id and public key', async () => {
    const SigningAlgorithm = 'ECDSA_SHA_256';
    const before = await during(async (client) => {
      const KeyId = await createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY');
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
      const { Signature } = await client.send(new SignCommand({ KeyId, Message, SigningAlgorithm }));
      return { KeyId, PublicKey, Signature };
    });
    const after = await during(async (client) => {
      const { KeyId, Signature } = before;
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
      const verified = await client.send(new VerifyCommand({ KeyId, Message, SigningAlgorithm, Signature }));
      return { PublicKey, SignatureValid: verified.SignatureValid };
    });
    expect(after).toEqual({ PublicKey: before.PublicKey, SignatureValid: true });
  });

  test('HMAC codes are the same and ciphertexts can be decrypted', async () => {
    const macInput = { Message, MacAlgorithm: 'HMAC_SHA_256' } as const;
    const before = await during(async (client) => {
      const macKeyId = await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC');
      const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
      const { Mac } = await client.send(new GenerateMacCommand({ KeyId: macKeyId, ...macInput }));
      const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: Message }));
      return { macKeyId, Mac, CiphertextBlob };
    });
    await during(async (client) => {
      const { Mac } = await client.send(new GenerateMacCommand({ KeyId: before.macKeyId, ...macInput }));
      const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob: before.CiphertextBlob }));
      expect(Mac).toEqual(before.Mac);
      expect(Buffer.from(Plaintext ?? [])).toEqual(Message);
    });
  });

  test('key states, deletion dates and aliases are as they were', async () => {
    const describeAll = async (client: ReturnType<typeof kmsClient>, keyIds: readonly string[]) => {
      const answers = keyIds.map((KeyId) => client.send(new DescribeKeyCommand({ KeyId })));
      const { Aliases } = await client.send(new ListAliasesCommand());
      return { keys: (await Promise.all(answers)).map(({ KeyMetadata }) => KeyMetadata), Aliases };
    };
    const { keyIds, before } = await during(async (client) => {
      const disabled = await createKey(client, 'HMAC_512', 'GENERATE_VERIFY_MAC');
      const scheduled = await createKey(client, 'ECC_NIST_P521', 'SIGN_VERIFY');
      await client.send(new DisableKeyCommand({ KeyId: disabled }));
      await client.send(new CreateAliasCommand({ AliasName: 'alias/kept', TargetKeyId: scheduled }));
      await client.send(new ScheduleKeyDeletionCommand({ KeyId: scheduled }));
      return { keyIds: [disabled, scheduled], before: await describeAll(client, [disabled, scheduled]) };
    });
    expect(before.keys.map((key) => key?.KeyState)).toEqual(['Disabled', 'PendingDeletion']);
    expect(await during((client) => describeAll(client, keyIds))).toEqual(before);
  });
});

describe('the key file', () => {
  test('is readable by its owner only, also if others could read it before, and leaves no temporary file', async () => {
    await during((client) => createKey(client, 'SYMMETRIC_DEFAULT'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['kms.json']);

    chmodSync(path, 0o644);
    await during(async () => undefined);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('does not exist without a path', async () => {
    const kms = await startLocalKms();
    await createKey(kmsClient(kms.url), 'SYMMETRIC_DEFAULT');
    await kms.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('replaces the temporary file of a killed process', async () => {
    mkdirSync(join(folder, 'keys'));
    writeFileSync(`${path}.tmp`, '{"keys":[', { mode: 0o644 });
    const keyId = await during((client) => createKey(client, 'SYMMETRIC_DEFAULT'));
    expect(readFileSync(path, 'utf8')).toContain(keyId);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('loses the material of a key whose deletion date has passed', async () => {
    vi.useFakeTimers({ now: 0, toFake: ['Date'] });
    await during(async (client) => {
      const KeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
      await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      vi.setSystemTime(8 * 86_400_000);
      await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC');
      expect(readFileSync(path, 'utf8')).not.toContain(KeyId);
    });
  });

  test.each([
    ['that is cut short', '{"keys":['],
    ['of something else', '{"name":"mintmark"}'],
    ['that is empty', ''],
    ['with a key of an unknown spec', '{"keys":[{"id":"1","spec":"ROT13"}],"aliases":[]}'],
  ])('%s prevents the start and stays unchanged', async (_, text) => {
    mkdirSync(join(folder, 'keys'));
    writeFileSync(path, text);
    await expect(startLocalKms({ path })).rejects.toThrow(`${path} is not a key file of the local KMS`);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('makes CreateKey fail if it cannot be written, and then the key does not exist', async () => {
    await during(async (client) => {
      mkdirSync(join(`${path}.tmp`, 'in the way'), { recursive: true });
      expect(await errorOf(createKey(client, 'SYMMETRIC_DEFAULT'))).toMatchObject({ name: 'KMSInternalException' });
      expect((await client.send(new ListKeysCommand())).Keys).toEqual([]);
    });
  });
});

/** Creates keys, eight at a time, until the endpoint ends. Returns the ids that it has answered. */
async function createUntilKilled(url: string, onAnswer: (answered: number) => void): Promise<string[]> {
  const client = kmsClient(url);
  const answered: string[] = [];
  const createMany = async () => {
    for (let count = 0; count < 1000; count += 1) {
      answered.push(await createKey(client, 'HMAC_256', 'GENERATE_VERIFY_MAC'));
      onAnswer(answered.length);
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, createMany));
  return answered;
}

test.each([1, 25])(
  'an endpoint that is killed after answer %i keeps every key that it has answered',
  async (killAfter) => {
    const child = fork(new URL('./endpoint-process.ts', import.meta.url), [path], { silent: true, execArgv: [] });
    const exited = once(child, 'exit');
    const [url] = await once(child.stdout ?? child, 'data');
    const answered = await createUntilKilled(String(url), (count) => count === killAfter && child.kill('SIGKILL'));
    expect((await exited)[1]).toBe('SIGKILL');
    expect(answered.length).toBeGreaterThanOrEqual(killAfter);

    const kept = await during(async (client) => (await client.send(new ListKeysCommand({ Limit: 1000 }))).Keys ?? []);
    expect(kept.map(({ KeyId }) => KeyId)).toEqual(expect.arrayContaining(answered));
  },
);
