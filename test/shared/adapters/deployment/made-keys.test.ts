import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace, type Workspace } from '#test/support/world/workspace.ts';

const POLICY = (role: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::000000000000:role/${role}` },
        Action: 'kms:Sign',
        Resource: '*',
        Condition: { StringEquals: { 'kms:SigningAlgorithm': '{signingAlgorithm}' } },
      },
    ],
  });

let engines: Engines;
let workspace: Workspace;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  workspace = await openWorkspace(engines);
});

const creation = (slot: string, algorithm: 'ES256' | 'EdDSA' = 'ES256') =>
  ({ slot, algorithm, owner: 'run', lane: 'kms', startedAtSeconds: 0 }) as const;

/** Makes a key as a run of a deployment with this role does. */
async function make(slot: string, { role = 'old', isResumed = false, prefix = '' } = {}) {
  const settings = {
    MINTMARK_SIGNING_KEY_POLICY: POLICY(role),
    ...(prefix !== '' && { MINTMARK_SIGNING_KEY_ALIASES: prefix }),
  };
  const { custody } = await workspace.openAgain(settings).signingKeyMaker.make(creation(slot), isResumed);
  return custody.type === 'kms' ? custody.keyArn : '';
}

const madeKeys = (role = 'new') => workspace.openAgain({ MINTMARK_SIGNING_KEY_POLICY: POLICY(role) }).madeKeys;

const kms = () => new KMSClient({});
const policyOf = async (KeyId: string) => {
  const { Policy = '' } = await kms().send(new GetKeyPolicyCommand({ KeyId }));
  return JSON.parse(Policy).Statement.map(
    (one: { Principal: { AWS: string }; Condition: { StringEquals: object } }) =>
      `${one.Principal.AWS.split('/')[1]} ${Object.values(one.Condition.StringEquals)}`,
  );
};
const stateOf = async (KeyId: string) => (await kms().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

describe('Sound 19: keys that Mintmark made', () => {
  test('are found by their aliases, and no others', async () => {
    const keyArn = await make('key_one');
    await make('key_elsewhere', { prefix: 'alias/mintmark/another/test/' });
    const { KeyMetadata } = await kms().send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const AliasName = `${workspace.settings.MINTMARK_SIGNING_KEY_ALIASES}HS512/key_two`;
    await kms().send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
    expect(await madeKeys().list()).toEqual([{ keyId: keyArn.split('/')[1], algorithm: 'ES256' }]);
  });

  test('are found if the run that made them was killed before it named them', async () => {
    const fault = (operation: string) => (operation === 'CreateAlias' ? ({ kind: 'reset' } as const) : undefined);
    workspace.kms.injectFault(fault);
    expect(await outcomeOf(make('key_killed'))).toBe('temporarily_unavailable');
    workspace.kms.injectFault(undefined);
    expect(await madeKeys().list()).toEqual([]);
    const keyArn = await make('key_killed', { isResumed: true });
    expect(await make('key_killed', { isResumed: true })).toBe(keyArn);
    expect(await madeKeys().list()).toEqual([{ keyId: keyArn.split('/')[1], algorithm: 'ES256' }]);
  });

  test('let new roles in beside the old ones, and then only the new ones', async () => {
    const keyArn = await make('key_one');
    const [key] = await madeKeys().list();
    if (key === undefined) throw new Error('The key is missing.');
    expect(await policyOf(keyArn)).toEqual(['old ECDSA_SHA_256']);
    expect(await madeKeys().admit(key)).toBe(true);
    expect(await policyOf(keyArn)).toEqual(['new ECDSA_SHA_256', 'old ECDSA_SHA_256']);
    expect(await madeKeys().settle(key)).toBe(true);
    expect(await policyOf(keyArn)).toEqual(['new ECDSA_SHA_256']);
  });

  test('wait for their deletion once they are ended, and are then left alone', async () => {
    const keyArn = await make('key_one');
    const other = await make('key_elsewhere', { prefix: 'alias/mintmark/another/test/' });
    const [key] = await madeKeys().list();
    if (key === undefined) throw new Error('The key is missing.');
    for (const _time of ['first', 'second']) await madeKeys().end(key);
    expect([await stateOf(keyArn), await stateOf(other)]).toEqual(['PendingDeletion', 'Enabled']);
    expect(await madeKeys().list()).toEqual([key]);
  });

  test('say so if KMS does not know a role, and need no change if KMS no longer has them', async () => {
    await make('key_one');
    const [key] = await madeKeys().list();
    if (key === undefined) throw new Error('The key is missing.');
    const outcomes: Record<string, unknown> = {};
    for (const name of ['MalformedPolicyDocumentException', 'NotFoundException', 'KMSInvalidStateException']) {
      workspace.kms.injectFault(() => ({ kind: 'error', name }));
      outcomes[name] = [await madeKeys().settle(key), await madeKeys().admit(key)];
    }
    workspace.kms.injectFault(undefined);
    expect(outcomes).toEqual({
      MalformedPolicyDocumentException: [false, false],
      NotFoundException: [true, true],
      KMSInvalidStateException: [true, true],
    });
  });

  test('are no yes and no no while KMS fails', async () => {
    await make('key_one');
    const [key] = await madeKeys().list();
    if (key === undefined) throw new Error('The key is missing.');
    const calls = [
      () => madeKeys().list(),
      () => madeKeys().admit(key),
      () => madeKeys().settle(key),
      () => madeKeys().end(key),
    ];
    workspace.kms.injectFault(() => ({ kind: 'error', name: 'AccessDeniedException' }));
    const outcomes = await Promise.all(calls.map((call) => outcomeOf(call())));
    workspace.kms.injectFault(undefined);
    expect(outcomes).toEqual(Array(4).fill('temporarily_unavailable'));
  });
});
