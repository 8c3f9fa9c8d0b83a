import {
  CreateKeyCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  KMSClient,
  ListResourceTagsCommand,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { unavailable } from '#shared/domain/errors.ts';
import type { NewSigningKey, SigningKeyMaker } from '#shared/domain/keys/ports.ts';
import type { KeyCreation } from '#shared/domain/records/signing-keys.ts';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings, rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { publicHalfOf, readPublicHalf } from './founding-keys.ts';
import { kmsClient } from './kms-client.ts';
import { SCHEMES } from './signature-schemes.ts';
import { wrappingContext } from './wrapped-keys.ts';

/** Tags of the keys that this product makes; IAM lets it touch no others. */
const WORKSPACE_TAG = 'mintmark:workspace';

const SLOT_TAG = 'mintmark:slot';

/** What a key policy says in the place of the key's own algorithm. */
const ALGORITHM_IN_POLICY = '{signingAlgorithm}';

/** KMS takes its time to make a key, and makes another one when it is asked again. */
const makingSettings = {
  ...awsClientSettings,
  maxAttempts: 1,
  requestHandler: { ...awsClientSettings.requestHandler, requestTimeout: 10_000 },
} as const;

/** Long enough to find out that a key was needed after all. */
const DELETION_WINDOW_DAYS = 30;

/** Makes signing keys in KMS, and takes them back. */
export function kmsSigningKeyMaker(environment: Environment): SigningKeyMaker {
  return {
    make: (creation, isResumed) => {
      if (creation.lane === 'wrapped') return makeWrapped(creation, environment).catch(rethrowAsUnavailable);
      return makeInKms(creation, isResumed, environment).catch(rethrowAsUnavailable);
    },
    dispose: (keyArn) => dispose(keyArn, environment).catch(rethrowAsUnavailable),
  };
}

async function makeInKms(creation: KeyCreation, isResumed: boolean, environment: Environment): Promise<NewSigningKey> {
  const { slot } = creation;
  const [left, ...surplus] = isResumed ? await findOfSlot(slot, environment) : [];
  const keyArn = left ?? (await createKey(creation, environment));
  for (const arn of surplus) await dispose(arn, environment);
  return { ...(await readPublicHalf(environment, keyArn)), custody: { type: 'kms', keyArn, slot } };
}

async function createKey({ slot, algorithm }: KeyCreation, environment: Environment): Promise<string> {
  const { keySpec: KeySpec, kmsAlgorithm } = SCHEMES[algorithm];
  const client = new KMSClient(makingSettings);
  try {
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({
        KeySpec,
        KeyUsage: 'SIGN_VERIFY',
        Description: `Signs Mintmark's ${algorithm} access tokens`,
        Policy: policyFor(kmsAlgorithm, environment),
        // The policy lets the account's administrators change it, and not us.
        BypassPolicyLockoutSafetyCheck: true,
        Tags: [
          { TagKey: WORKSPACE_TAG, TagValue: required(environment, 'MINTMARK_WORKSPACE') },
          { TagKey: SLOT_TAG, TagValue: slot },
        ],
      }),
    );
    if (KeyMetadata?.Arn === undefined) throw new Error('KMS made a key without saying which.');
    return KeyMetadata.Arn;
  } finally {
    client.destroy();
  }
}

/** Who may sign with the key, as the deployment says; without that, KMS's own default. */
function policyFor(kmsAlgorithm: string, environment: Environment): string | undefined {
  return environment('MINTMARK_SIGNING_KEY_POLICY').replaceAll(ALGORITHM_IN_POLICY, kmsAlgorithm) || undefined;
}

/** What broken runs left of a slot. KMS finds keys by their tags only one by one; this is rare enough. */
async function findOfSlot(slot: string, environment: Environment): Promise<readonly string[]> {
  const client = kmsClient(environment);
  const workspace = required(environment, 'MINTMARK_WORKSPACE');
  const found: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client }, { Limit: 1_000 })) {
    for (const { KeyArn = '' } of Keys) {
      const tags = await readTags(KeyArn, environment);
      if (tags.get(WORKSPACE_TAG) === workspace && tags.get(SLOT_TAG) === slot) found.push(KeyArn);
    }
  }
  return found.toSorted();
}

/** No tags for keys that we may not look at: those are somebody else's. */
async function readTags(KeyId: string, environment: Environment): Promise<ReadonlyMap<string, string>> {
  try {
    const { Tags = [] } = await kmsClient(environment).send(new ListResourceTagsCommand({ KeyId }));
    return new Map(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
  } catch (error) {
    if (isNamed(error, 'AccessDeniedException') || isNamed(error, 'NotFoundException')) return new Map();
    throw error;
  }
}

async function dispose(KeyId: string, environment: Environment): Promise<void> {
  try {
    await kmsClient(environment).send(
      new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: DELETION_WINDOW_DAYS }),
    );
  } catch (error) {
    // The one says that it is on its way already, the other that it has gone.
    if (!isNamed(error, 'KMSInvalidStateException') && !isNamed(error, 'NotFoundException')) throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** A key pair of which nobody has seen the private half: KMS gives it wrapped only. */
async function makeWrapped({ slot, algorithm }: KeyCreation, environment: Environment): Promise<NewSigningKey> {
  const { PublicKey, PrivateKeyCiphertextBlob } = await kmsClient(environment).send(
    new GenerateDataKeyPairWithoutPlaintextCommand({
      KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
      KeyPairSpec: SCHEMES[algorithm].keySpec,
      EncryptionContext: wrappingContext(slot, environment),
    }),
  );
  if (PublicKey === undefined || PrivateKeyCiphertextBlob === undefined) {
    throw unavailable(new Error('KMS answered without a key pair.'));
  }
  const ciphertext = Buffer.from(PrivateKeyCiphertextBlob).toString('base64');
  return { ...(await publicHalfOf(PublicKey)), custody: { type: 'wrapped', slot, ciphertext } };
}
